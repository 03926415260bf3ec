import type { BrowserContext, Route } from 'playwright-core'
import { expect, it } from 'vitest'
import {
  failing,
  launch,
  listReady,
  mapIdle,
  NO_WEBGL,
  type Opened,
  open,
  picture,
  settled,
} from './support/browser'
import { drawnAreas } from './support/drawn'
import { anyPlacedCase } from './support/server'

const HOSTILE = '<img src=x onerror="window.hurt=1"><b>caso</b>'

/** Opens a page in a browser of its own and closes both whatever happens. */
async function visit(
  prepare: (context: BrowserContext) => Promise<unknown>,
  work: (opened: Opened) => Promise<void>,
  flags?: string[],
): Promise<void> {
  const browser = await launch(flags)
  try {
    await work(await open(browser, { prepare }))
  } finally {
    await browser.close()
  }
}

it('without WebGL the list, the search and the cards still work', async () => {
  const nothing = async () => {}
  await visit(
    nothing,
    async ({ page, watch }) => {
      await listReady(page)
      await expect.poll(() => page.textContent('.map-sentence')).toContain('WebGL2')
      await page.click('.row')
      await page.waitForSelector('.card .fields')
      await picture(page, 'no-webgl')
      const name = await page.textContent('.card h2')
      await page.fill('#search', (name ?? '').slice(0, 40))
      await page.waitForSelector('.search-result')
      watch.expectClean()
    },
    NO_WEBGL,
  )
})

it('a layer whose tiles fail is named, with the request id', async () => {
  await visit(
    (context) => context.route('**/tiles/watersheds/**', failing),
    async ({ page }) => {
      await page.waitForSelector('.notice-problem')
      const notice = await page.textContent('.notice-problem')
      expect(notice).toContain('Unidades hidrográficas')
      expect(notice).toContain('fault-42')
      await listReady(page)
      await picture(page, 'failing-layer')
      await mapIdle(page)
      await page.context().unroute('**/tiles/watersheds/**', failing)
      const again = page.waitForRequest('**/tiles/watersheds/**')
      await page.click('.notice-problem .button')
      await again
      await page.waitForSelector('.notice-problem', { state: 'detached' })
      await expect.poll(() => drawnAreas(page, 'watersheds')).toBeGreaterThan(0)
    },
  )
})

it('a list that fails says so, and a second try mends it', async () => {
  await visit(
    (context) => context.route('**/api/layers/conflicts/**', failing),
    async ({ page }) => {
      await page.waitForSelector('.notice-problem')
      expect(await page.textContent('.notice-problem')).toContain('Conflictos sociales')
      // A map still settling asks again by itself, and would mend the list before the click does.
      await mapIdle(page)
      await page.context().unroute('**/api/layers/conflicts/**', failing)
      await page.click('.notice-problem .button')
      await listReady(page)
      await page.waitForSelector('.notice-problem', { state: 'detached' })
    },
  )
})

it('a list that is late does not look like the answer', async () => {
  await visit(
    async () => {},
    async ({ page }) => {
      await settled(page)
      let answer = () => {}
      const held = new Promise<void>((resolve) => {
        answer = resolve
      })
      await page.context().route('**/api/layers/conflicts/**', (route) => held.then(() => route.fallback()))
      await page.click('.state input')
      await page.waitForSelector('.list[aria-busy="true"] .rows')
      const opacity = () =>
        page.evaluate(() => Number(getComputedStyle(document.querySelector('.rows') as Element).opacity))
      await expect.poll(opacity).toBeLessThan(0.6)
      answer()
      await listReady(page)
      await expect.poll(opacity).toBe(1)
    },
  )
})

it('without the server it says of when is what it goes on showing', async () => {
  await visit(
    async () => {},
    async ({ page }) => {
      await settled(page)
      await page.context().route('**/api/**', (route) => route.abort('internetdisconnected'))
      await page.click('.state input')
      await page.waitForSelector('.notice-problem')
      const notice = await page.textContent('.notice-problem')
      expect(notice).toMatch(/No hay conexión con el servidor.*se recibió a las \d\d:\d\d/)
      expect(notice).not.toContain('No se pudo cargar')
      expect(await page.textContent('.list-note')).toContain('vista anterior')
      expect(await page.locator('.row').count()).toBeGreaterThan(0)
      await picture(page, 'offline')
    },
  )
})

it('a search that fails says so, and a second try mends it', async () => {
  await visit(
    (context) => context.route('**/api/search**', failing),
    async ({ page }) => {
      await settled(page)
      await page.fill('#search', 'cusco')
      await page.waitForSelector('.notice-problem')
      await page.context().unroute('**/api/search**', failing)
      await page.click('.search-more .button')
      await page.waitForSelector('.search-result', { state: 'attached' })
      await page.waitForSelector('.notice-problem', { state: 'detached' })
    },
  )
})

it('cases that cannot be had are not counted as none, and the notice can be dismissed', async () => {
  await visit(
    (context) => context.route('**/ogc/collections/conflicts/items?**', failing),
    async ({ page }) => {
      await listReady(page)
      await page.waitForSelector('.notice-problem')
      expect(await page.textContent('.state .count')).toBe('–')
      await page.click('.notice-problem .tool')
      await page.waitForSelector('.notice-problem', { state: 'detached' })
    },
  )
})

it('without a catalogue each pane says so, and a second try brings the page', async () => {
  await visit(
    (context) => context.route('**/api/catalogue', failing),
    async ({ page }) => {
      await page.waitForSelector('.list-head, .side .empty .button')
      expect(await page.textContent('.filters')).toContain('No se pudo cargar')
      expect(await page.textContent('.side')).toContain('No se pudo cargar')
      await picture(page, 'no-catalogue')
      await page.context().unroute('**/api/catalogue', failing)
      await page.click('.filters .button')
      await settled(page)
    },
  )
})

interface Named {
  name?: string
  properties?: { name?: string }
}

/** Puts hostile markup in every name the server answers. */
async function withHostileNames(route: Route): Promise<void> {
  const response = await route.fetch()
  const body = (await response.json()) as Named & { features?: Named[]; results?: Named[] }
  for (const item of [body, ...(body.features ?? []), ...(body.results ?? [])]) {
    if (item.name !== undefined) item.name = HOSTILE
    if (item.properties?.name !== undefined) item.properties.name = HOSTILE
  }
  await route.fulfill({ response, json: body })
}

it('markup in a name is shown as text', async () => {
  await visit(
    async (context) => {
      for (const path of ['**/api/layers/**', '**/ogc/**', '**/api/search**']) {
        await context.route(path, withHostileNames)
      }
    },
    async ({ page, watch }) => {
      await settled(page)
      expect(await page.textContent('.row-name')).toBe(HOSTILE)
      await page.fill('#search', (await anyPlacedCase()).name)
      await page.waitForSelector('.search-result')
      await page.keyboard.press('Escape')
      await page.click('.row')
      await page.waitForSelector('.card .fields')
      expect(await page.textContent('.card h2')).toBe(HOSTILE)
      expect(await page.evaluate(() => (window as { hurt?: number }).hurt)).toBeUndefined()
      watch.expectClean()
    },
  )
})

it('offline a card keeps its name, the search says so, and both come by themselves once the network is back', async () => {
  await visit(
    async () => {},
    async ({ page }) => {
      await settled(page)
      await page.context().setOffline(true)
      const name = await page.textContent('.row-name')
      await page.click('.row')
      await page.waitForSelector('.card .button')
      expect(await page.textContent('.card h2')).toBe(name)
      await page.fill('#search', 'cusco')
      await page.waitForSelector('.search-none:not(:empty)')
      expect(await page.textContent('.search-none')).toContain('no responde')
      await picture(page, 'offline-card')
      await page.context().setOffline(false)
      await page.waitForSelector('.search-result')
      await page.waitForSelector('.card .fields')
      await page.waitForSelector('.notice-problem', { state: 'detached' })
    },
  )
})
