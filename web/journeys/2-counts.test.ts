import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, open, settled } from './support/browser'
import { drawnAreas, drawnCases } from './support/drawn'
import { EXPECTED, rowsOf } from './support/server'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const AREAS = ['watersheds', 'indigenous_territories', 'mining_concessions']

it('draws every case and every area that SQL counts', async () => {
  const { page, close } = await open(browser)
  await settled(page)
  const drawn = { conflicts: await drawnCases(page) } as Record<string, number>
  for (const layer of AREAS) drawn[layer] = await drawnAreas(page, layer)
  console.log('drawn', JSON.stringify(drawn), 'expected', JSON.stringify(EXPECTED))
  for (const [layer, count] of Object.entries(EXPECTED)) {
    if (layer in drawn) expect(drawn[layer], layer).toBe(count)
  }
  await close()
})

it('filters the map and the list alike', async () => {
  const { features, categories } = await rowsOf('conflicts')
  const state = ['latente', 'activo', 'resuelto', 'retirado'].find((name) => categories[name])
  if (!state) throw new Error('The journeys need a conflict case with a state')
  const { page, watch, close } = await open(browser, { path: `/mapa?estado=${state}` })
  await settled(page)
  const placed = features.filter((row) => row.category === state && row.point).length
  expect(await drawnCases(page)).toBe(placed)
  expect(await page.textContent('.list-summary')).toContain(`${categories[state]} caso`)
  await page.click('.filters .chips .link')
  await settled(page)
  await page.waitForFunction(() => !location.search.includes('estado'))
  await expect.poll(() => drawnCases(page)).toBe(features.filter((row) => row.point).length)
  watch.expectClean()
  await close()
})
