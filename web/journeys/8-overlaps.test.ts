import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFaults } from './support/accessibility'
import { launch, open, PHONE, picture } from './support/browser'
import { ask } from './support/server'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

interface Answer {
  totals: { pairs: number; sum_over_pairs_ha: number }
  pairs: { a: { name: string } }[]
}

it.each([
  ['es', 'Cruzar', 'Suma de los pares'],
  ['en', 'Overlay', 'Sum over pairs'],
])('two layers are laid on one another, pair by pair, accessibly in %s', async (lang, run, sum) => {
  const { page, watch, close } = await open(browser, { path: `/cruces?idioma=${lang}` })
  await page.waitForSelector('.data-import select option:nth-of-type(3)', { state: 'attached' })
  await page.click(`.data-import button:has-text("${run}")`)
  await page.waitForSelector('.overlap-pairs tbody tr')
  const id = new URL(page.url()).searchParams.get('v')
  const answer = await ask<Answer>(`/api/overlaps/${id}`)
  const facts = (await page.textContent('.data-facts')) ?? ''
  const locale = lang === 'es' ? 'es-PE' : 'en'
  expect(facts).toContain(answer.totals.pairs.toLocaleString(locale))
  expect(facts).toContain(sum)
  await page.click('.overlap-pairs tbody button')
  await page.waitForFunction(
    () => Number(document.querySelector<HTMLElement>('.data-map')?.dataset.drawn) > 0,
  )
  await page.keyboard.press('ArrowDown')
  expect(await page.getAttribute('.overlap-pairs tr.is-chosen button', 'aria-pressed')).toBe('true')
  const second = await page.textContent('.overlap-pairs tr.is-chosen button')
  expect(second).toContain(answer.pairs[1]?.a.name ?? '')
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, `overlaps-${lang}`)
  // Its address has the same answer.
  await page.reload()
  await page.waitForSelector('.overlap-pairs tbody tr')
  expect(await page.textContent('.data-facts')).toBe(facts)
  watch.expectClean()
  await close()
})

it('says what is wrong with a question, on a phone too', async () => {
  const { page, close } = await open(browser, { path: '/cruces', size: PHONE })
  await page.waitForSelector('.data-import select option:nth-of-type(3)', { state: 'attached' })
  await page.click('.data-import summary')
  await page.fill('.data-import details input', 'nada = 1')
  await page.click('.data-import button[type=submit]')
  await page.waitForSelector('.data-failed')
  expect(await page.textContent('.data-failed')).toContain('nada')
  await page.selectOption('.data-import label:nth-of-type(3) select', 'near')
  expect(await page.inputValue('.data-import input[type=number]')).toBe('5000')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, 'overlaps-phone')
  await close()
})
