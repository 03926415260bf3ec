import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFaults } from './support/accessibility'
import { launch, open, PHONE, picture, settled } from './support/browser'
import { ask } from './support/server'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** Long enough ago that something became of most cases. */
const SINCE = '2005-01-01'

interface Changes {
  number_matched: number
  changes: { change: string; feature: number | null; name: string }[]
}

const KINDS = ['escalated', 'new', 'reactivated', 'deescalated', 'resolved', 'withdrawn']

it('each number of what changed leads to its list, and the numbers are those of the API', async () => {
  const { changes } = await ask<Changes>(`/api/changes?since=${SINCE}`)
  const shown = changes.filter(({ feature }) => feature !== null)
  expect(shown.length).toBeGreaterThan(10)
  const { page, watch, close } = await open(browser, { path: `/mapa?desde=${SINCE}` })
  await settled(page)
  const buttons = page.locator('.changes-kinds button')
  await expect.poll(() => buttons.count()).toBe(KINDS.length)
  for (const [at, kind] of KINDS.entries()) {
    const own = shown.filter(({ change }) => change === kind)
    const button = buttons.nth(at)
    expect(await button.textContent(), kind).toContain(String(own.length))
    if (own.length === 0) {
      expect(await button.isDisabled()).toBe(true)
      continue
    }
    await button.click()
    await expect.poll(() => page.locator('.chooser .row').count(), { message: kind }).toBe(own.length)
    expect(await page.textContent('.chooser h2')).toContain('desde el 01-ene-2005')
    await page.keyboard.press('Escape')
  }
  await picture(page, 'changes-es')
  expect(await accessibilityFaults(page)).toEqual([])
  watch.expectClean()
  await close()
})

it('what changed stands in the link, follows the department, and can be pasted', async () => {
  const { page, watch, close } = await open(browser, { path: '/mapa?idioma=en' })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await settled(page)
  await page.fill('.changes input[type=date]', SINCE)
  await page.waitForFunction((since) => location.search.includes(`desde=${since}`), SINCE)
  await page.waitForSelector('.changes-kinds')
  const { changes } = await ask<Changes>(`/api/changes?since=${SINCE}`)
  await page.click('.changes-tools button:has-text("Copy as text")')
  const text = await page.evaluate(() => navigator.clipboard.readText())
  expect(text).toContain('What changed from 01-Jan-2005')
  for (const { name } of changes.filter(({ feature }) => feature !== null)) expect(text).toContain(name)
  const name = await page.locator('.department option').nth(1).getAttribute('value')
  await page.selectOption('.department select', name)
  const own = await ask<Changes>(`/api/changes?since=${SINCE}&department=${encodeURIComponent(name ?? '')}`)
  const total = async () =>
    (await page.locator('.changes-kinds .count').allTextContents()).map(Number).reduce((a, b) => a + b, 0)
  await expect.poll(total).toBe(own.changes.filter(({ feature }) => feature !== null).length)
  await page.click('.changes button:has-text("Hide changes")')
  await page.waitForFunction(() => !location.search.includes('desde'))
  expect(await page.locator('.change-mark').count()).toBe(0)
  watch.expectClean()
  await close()
})

it('what changed fits a phone, also in the dark', async () => {
  const { page, watch, close } = await open(browser, {
    path: `/mapa?desde=${SINCE}`,
    size: PHONE,
    dark: true,
  })
  await settled(page)
  await page.click('.tabs button:has-text("Filtros")')
  await page.waitForSelector('.changes-kinds button')
  await picture(page, 'changes-phone')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)
  expect(await accessibilityFaults(page)).toEqual([])
  watch.expectClean()
  await close()
})

it('a place is found by coordinates, and all layers tell what is there', async () => {
  const { page, watch, close } = await open(browser)
  await settled(page)
  const { features } = await ask<{ features: { name: string; point: [number, number] | null }[] }>(
    '/api/layers/conflicts/features?limit=5',
  )
  const [lon, lat] = features.find(({ point }) => point)?.point ?? [0, 0]
  const minutes = (value: number) => `${Math.floor(value)}° ${((value % 1) * 60).toFixed(4)}'`
  for (const text of [`${lat.toFixed(5)}, ${lon.toFixed(5)}`, `${minutes(-lat)} S, ${minutes(-lon)} O`]) {
    await page.fill('#search', text)
    await page.waitForSelector('#result-0 .row-name:has-text("° S")')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.chooser h2:has-text("° S")')
    const rows = page.locator('.chooser .row')
    expect(await rows.count()).toBeGreaterThan(1)
    expect(await rows.first().textContent()).toMatch(/a \d/)
    await settled(page)
    await page.keyboard.press('Escape')
  }
  await page.fill('#search', '18L 279250 8667600')
  await page.waitForSelector('#result-0:has-text("zona 18")')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.chooser h2:has-text("12.04")')
  await picture(page, 'place-es')
  expect(await accessibilityFaults(page)).toEqual([])
  watch.expectClean()
  await close()
})
