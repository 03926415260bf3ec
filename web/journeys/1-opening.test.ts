import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFaults } from './support/accessibility'
import { DESKTOP, launch, open, PHONE, picture, settled } from './support/browser'
import { clickLargestCluster } from './support/drawn'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** Nothing may stick out of the page sideways. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** Panes scroll, the page does not. */
const excessLength = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight)

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
  expect(await excessLength(page)).toBe(0)
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

it.each(['es', 'en'])('help, search results and chooser are accessible in %s', async (lang) => {
  const { page, watch, close } = await open(browser, { path: `/mapa?idioma=${lang}` })
  await settled(page)
  await page.keyboard.press('?')
  await page.waitForSelector('dialog[open]')
  await picture(page, `${lang}-help`)
  expect(await accessibilityFaults(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.fill('#search', 'a')
  await page.waitForSelector('.search-none')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.fill('#search', 'cusco')
  await page.waitForSelector('.search-result')
  await picture(page, `${lang}-search`)
  expect(await accessibilityFaults(page)).toEqual([])
  await page.keyboard.press('Escape')
  await clickLargestCluster(page)
  await page.waitForSelector('.chooser .row')
  await picture(page, `${lang}-chooser`)
  expect(await accessibilityFaults(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.click('.map-footer .link')
  await page.waitForSelector('.sources', { state: 'visible' })
  expect(await accessibilityFaults(page)).toEqual([])
  watch.expectClean()
  await close()
})

it('can be used at 400 %: map and card each have the screen', async () => {
  const { page, watch, close } = await open(browser, { size: { width: 320, height: 256 } })
  await settled(page)
  await picture(page, 'es-320x256')
  const height = (selector: string) =>
    page.evaluate((wanted) => document.querySelector(wanted)?.clientHeight ?? 0, selector)
  expect(await height('#map')).toBeGreaterThan(150)
  await page.click('.tabs button:nth-child(2)')
  await page.click('.row')
  await page.waitForSelector('.card .fields')
  await page.click('.tabs button:nth-child(1)')
  expect(await height('.side')).toBeGreaterThan(180)
  expect(await overflow(page)).toBe(0)
  watch.expectClean()
  await close()
})

it.each([390, 320])(
  'can be read with text twice as large at %i px: nothing sticks out, the name is whole',
  async (width) => {
    const { page, watch, close } = await open(browser, { size: { width, height: 844 }, textSize: 32 })
    await settled(page)
    await picture(page, `es-${width}-large-text`)
    expect(await overflow(page)).toBe(0)
    const cut = () =>
      page.evaluate(() => {
        const name = document.querySelector('.brand h1')
        return name ? name.scrollWidth - name.clientWidth : -1
      })
    expect(await cut()).toBe(0)
    for (const tab of [2, 3]) {
      await page.click(`.tabs button:nth-child(${tab})`)
      expect(await overflow(page)).toBe(0)
    }
    watch.expectClean()
    await close()
  },
)

it.each([
  [900, 700],
  [2560, 1300],
])('the land goes on to the edges at %i x %i', async (width, height) => {
  const { page, close } = await open(browser, { size: { width, height } })
  await settled(page)
  const bounds = await page.evaluate(() => {
    window.map?.jumpTo({ zoom: 0 })
    return window.map?.getBounds().toArray().flat()
  })
  // What the basemap covers (fixtures/demo/src/basemap/countries.mjs).
  const [west = -999, south = -999, east = 999, north = 999] = bounds ?? []
  expect(west).toBeGreaterThanOrEqual(-114.01)
  expect(south).toBeGreaterThanOrEqual(-57.01)
  expect(east).toBeLessThanOrEqual(-29.99)
  expect(north).toBeLessThanOrEqual(18.01)
  await close()
})
