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
  // The pairs in another order, and what they come to by groups.
  await page.selectOption('.overlap-pairs select', 'a.name')
  const sorted = await ask<Answer>(`/api/overlaps/${id}?sort=a.name`)
  await page.waitForFunction(
    (name) => document.querySelector('.overlap-pairs tbody button')?.textContent?.includes(name),
    sorted.pairs[0]?.a.name ?? '',
  )
  await page.selectOption('.overlap-totals select', 'b.kind')
  await page.waitForSelector('.overlap-totals tbody tr')
  await page.selectOption('.overlap-totals select', 'watersheds')
  await page.waitForSelector('.overlap-totals tbody tr')
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, `overlaps-totals-${lang}`)
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

it.each([
  ['es', 'Lo que se cruza con él', 'no prueba'],
  ['en', 'What overlaps it', 'proves neither'],
])(
  'the dossier of one concession is one page that prints, accessibly in %s',
  async (lang, heading, caveat) => {
    const first = await ask<Answer & { pairs: { a: { id: number; name: string } }[] }>('/api/overlaps', {
      method: 'POST',
      body: JSON.stringify({ a: 'mining_concessions', b: 'indigenous_territories' }),
    })
    const subject = first.pairs[0]?.a
    const { page, watch, close } = await open(browser, {
      path: `/expediente?idioma=${lang}&capa=mining_concessions&id=${subject?.id}`,
    })
    await page.waitForSelector('.dossier h2')
    const text = (await page.textContent('.dossier')) ?? ''
    for (const expected of [subject?.name ?? '', heading, caveat]) expect(text).toContain(expected)
    // It says which answers it is made of, and its address keeps the time of knowing.
    expect(await page.locator('.dossier-cited a').count()).toBe(7)
    expect(new URL(page.url()).searchParams.get('conocido')).toBeTruthy()
    expect(await page.locator('.dossier-map path.dossier-subject').count()).toBe(1)
    expect(await accessibilityFaults(page)).toEqual([])
    await picture(page, `dossier-${lang}`)
    const pdf = await page.pdf({ preferCSSPageSize: true })
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(1)
    await page.emulateMedia({ media: 'print' })
    expect(await page.isVisible('.data-header')).toBe(false)
    await page.emulateMedia({ media: 'screen' })
    await page.reload()
    await page.waitForSelector('.dossier h2')
    expect(await page.textContent('.dossier')).toBe(text)
    watch.expectClean()
    await close()
  },
)

it('a dossier of nothing says what its address needs, on a phone too', async () => {
  const { page, close } = await open(browser, { path: '/expediente?capa=nada', size: PHONE })
  await page.waitForSelector('.data-failed')
  expect(await page.textContent('.data-failed')).toContain('capa=mining_concessions')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await accessibilityFaults(page)).toEqual([])
  await close()
})
