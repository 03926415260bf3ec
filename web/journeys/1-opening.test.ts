import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DESKTOP, launch, open, PHONE, picture, settled } from './support/browser'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const result = await page.evaluate(
    (tags) => (window as unknown as { axe: typeof axe }).axe.run({ runOnly: tags }),
    RULES,
  )
  return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
}

/** Nothing may stick out of the page sideways. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

const cases = ['es', 'en'].flatMap((lang) =>
  [DESKTOP, PHONE].flatMap((size) => [false, true].map((dark) => ({ lang, size, dark }))),
)

it.each(cases)('opens in $lang at $size.width px, dark $dark', async ({ lang, size, dark }) => {
  const path = lang === 'en' ? '/mapa?idioma=en' : '/mapa'
  const { page, watch, close } = await open(browser, { path, size, dark })
  await settled(page)
  const name = `${lang}-${size.width}-${dark ? 'dark' : 'light'}`
  await picture(page, name)
  expect(await page.getAttribute('html', 'lang')).toBe(lang)
  expect(await accessibilityFaults(page)).toEqual([])
  if (size === PHONE) {
    for (const tab of [2, 3]) {
      await page.click(`.tabs button:nth-child(${tab})`)
      await picture(page, `${name}-tab${tab}`)
      expect(await accessibilityFaults(page)).toEqual([])
    }
  }
  if (size === PHONE) await page.click('.tabs button:nth-child(2)')
  await page.click('.row')
  await page.waitForSelector('.card .fields')
  await picture(page, `${name}-card`)
  expect(await accessibilityFaults(page)).toEqual([])
  expect(await overflow(page)).toBe(0)
  watch.expectClean()
  await close()
})

it('fits in 320 px', async () => {
  const { page, watch, close } = await open(browser, { size: { width: 320, height: 640 } })
  await settled(page)
  await picture(page, 'es-320')
  expect(await overflow(page)).toBe(0)
  watch.expectClean()
  await close()
})
