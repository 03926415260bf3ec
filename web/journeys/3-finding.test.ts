import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, open, settled } from './support/browser'
import { drawnCases, onScreen } from './support/drawn'
import { anyPlacedCase } from './support/server'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

it('search leads to the card', async () => {
  const wanted = await anyPlacedCase()
  const { page, watch, close } = await open(browser)
  await settled(page)
  await page.fill('#search', wanted.name.slice(0, 60))
  await page.click(`.search-result:has-text(${JSON.stringify(wanted.name)})`)
  await page.waitForSelector('.card .fields')
  expect(await page.textContent('.card h2')).toBe(wanted.name)
  expect(page.url()).toContain(`sel=conflicts.${wanted.id}`)
  watch.expectClean()
  await close()
})

it('a click on the map opens a card, or a choice of what lies there', async () => {
  const wanted = await anyPlacedCase()
  const { page, watch, close } = await open(browser)
  await settled(page)
  const { x, y } = await onScreen(page, wanted.point as [number, number])
  await page.mouse.click(x, y)
  await page.waitForSelector('.detail .card, .detail .chooser')
  expect(await drawnCases(page)).toBeGreaterThan(0)
  watch.expectClean()
  await close()
})

it('a keyboard is enough', async () => {
  const wanted = await anyPlacedCase()
  const { page, watch, close } = await open(browser)
  await settled(page)
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.closest('.skip-links') !== null)).toBe(true)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.row:focus')
  await page.keyboard.press('ArrowDown')
  const second = await page.textContent('.row:focus .row-name')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.card .fields')
  expect(await page.textContent('.card h2')).toBe(second)
  await page.keyboard.press('[')
  await page.waitForFunction((name) => document.querySelector('.card h2')?.textContent !== name, second)
  await page.keyboard.press('Escape')
  await page.waitForSelector('.row:focus')
  await page.keyboard.press('/')
  await page.keyboard.type(wanted.name.slice(0, 60))
  await page.waitForSelector('.search-result')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.card .fields')
  await page.keyboard.press('Escape')
  await page.keyboard.press('m')
  await page.waitForSelector('.crosshair', { state: 'visible' })
  await settled(page)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.detail .card, .detail .chooser')
  watch.expectClean()
  await close()
})

it('single-letter shortcuts can be switched off', async () => {
  const { page, watch, close } = await open(browser)
  await settled(page)
  await page.keyboard.press('?')
  await page.click('dialog [role=switch]')
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog', { state: 'hidden' })
  await page.keyboard.press('/')
  expect(await page.evaluate(() => document.activeElement?.id)).not.toBe('search')
  watch.expectClean()
  await close()
})
