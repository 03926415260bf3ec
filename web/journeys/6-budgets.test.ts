import type { Browser, Response } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, open, settled } from './support/browser'

/** Bytes on the wire, compressed. */
const BUDGET = { app: 60_000, maplibre: 470_000, css: 30_000, fonts: 45_000, tile: 250_000 }
const TIME_MS = { list: 1000, map: 2500 }
/** Software rendering on shared cores is slow and uneven: times are printed, and only gross excess fails. */
const NOISE = 4
const SHIFT = 0.05

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

type Kind = keyof typeof BUDGET | 'other'

function kindOf(url: string): Kind {
  const { pathname } = new URL(url)
  if (pathname.startsWith('/tiles/')) return 'tile'
  if (pathname.endsWith('.css')) return 'css'
  if (pathname.endsWith('.woff2')) return 'fonts'
  if (!pathname.endsWith('.js')) return 'other'
  return pathname.includes('maplibre') ? 'maplibre' : 'app'
}

const sizeOf = async (response: Response) =>
  (
    await response
      .request()
      .sizes()
      .catch(() => ({ responseBodySize: 0 }))
  ).responseBodySize

it('keeps its budgets of bytes and time', async () => {
  const seen: Response[] = []
  const { page, watch, close } = await open(browser, {
    unguarded: true,
    prepare: async (context) => context.on('response', (response) => seen.push(response)),
  })
  await settled(page)
  const bytes: Record<Kind, number> = { app: 0, maplibre: 0, css: 0, fonts: 0, tile: 0, other: 0 }
  // A file that both the page and the map ask for travels once: the second comes from the cache.
  const first = new Map(seen.toReversed().map((response) => [response.url(), response]))
  for (const response of first.values()) {
    const kind = kindOf(response.url())
    const size = await sizeOf(response)
    bytes[kind] = kind === 'tile' ? Math.max(bytes.tile, size) : bytes[kind] + size
  }
  const moments = await page.evaluate(
    () => (window as unknown as { moments: Record<string, number> }).moments,
  )
  console.log('bytes', JSON.stringify(bytes), 'milliseconds', JSON.stringify(moments))
  for (const [kind, most] of Object.entries(BUDGET))
    expect(bytes[kind as Kind], kind).toBeLessThanOrEqual(most)
  expect(bytes.app).toBeGreaterThan(0)
  for (const [moment, most] of Object.entries(TIME_MS)) {
    expect(moments[moment], moment).toBeLessThanOrEqual(most * NOISE)
  }
  expect(moments.shift).toBeLessThanOrEqual(SHIFT)
  watch.expectClean()
  await close()
})
