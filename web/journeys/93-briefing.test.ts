import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFaults } from './support/accessibility'
import { launch, open, PHONE, picture, settled } from './support/browser'
import { ask, rowsOf } from './support/server'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const DEPARTMENT = 'Cajamarca'

it('the briefing of a department counts what the map and the schemes count, and prints', async () => {
  const opened = await open(browser, { path: `/mapa?dep=${DEPARTMENT}` })
  await opened.page.click('a.department-briefing')
  await opened.page.waitForSelector('.briefing-states')
  const { page, watch, close } = opened
  expect(await page.textContent('h1')).toContain(DEPARTMENT)
  const { categories } = await rowsOf('conflicts', `&department=${DEPARTMENT}`)
  for (const [at, state] of ['activo', 'latente', 'resuelto', 'retirado'].entries()) {
    const told = await page.locator('.briefing-states li').nth(at).textContent()
    expect(told, state).toContain(`: ${categories[state] ?? 0}`)
  }
  const { schemes } = await ask<{ schemes: { id: string }[] }>('/api/schemes')
  for (const [at, { id }] of schemes.entries()) {
    const { total } = await ask<{ total: number }>(`/api/schemes/${id}/counts?by=department`)
    const row = page.locator('.data-table tr:has(a[href*="esquema="])').nth(at)
    expect(await row.locator('.is-number').nth(1).textContent()).toBe(String(total))
  }
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, 'briefing-es')
  const pdf = await page.pdf({ format: 'A4' })
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  expect(pdf.length).toBeGreaterThan(10_000)
  await page.setViewportSize(PHONE)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)
  watch.expectClean()
  await close()
  const english = await open(browser, { path: `/informe?dep=${DEPARTMENT}&idioma=en` })
  await english.page.waitForSelector('.briefing-states')
  expect(await english.page.textContent('h1')).toBe(`Conflicts in ${DEPARTMENT}`)
  await english.close()
})

it('a list is taken away as it stands, with its view and filters', async () => {
  const { page, close } = await open(browser, { path: `/mapa?dep=${DEPARTMENT}&estado=activo,latente` })
  await settled(page)
  const rows = await page.locator('.row').count()
  expect(rows).toBeGreaterThan(0)
  for (const name of ['CSV', 'GeoJSON']) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click(`.list-foot a:has-text("${name}")`),
    ])
    const text = readFileSync(await download.path(), 'utf8')
    const count = name === 'CSV' ? text.trim().split('\r\n').length - 1 : JSON.parse(text).features.length
    // In a file stands what lies in the view; the list names those without a place as well.
    const placeless = await page.locator('.rows-title + .rows .row').count()
    expect(count, name).toBe(rows - placeless)
  }
  await close()
})
