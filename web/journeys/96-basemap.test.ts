import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { plainPicture, serveWithBase, tileFile, waterTile } from './support/baseMaps'
import { launch, open, picture, settled } from './support/browser'

const RED: [number, number, number] = [200, 40, 40]
const CREDITS = '<a href="https://example.org">&copy; Cartas de prueba</a>'

let browser: Browser
const folder = mkdtempSync(join(tmpdir(), 'rimay-base-'))

beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser.close()
  rmSync(folder, { recursive: true })
})

/** The colour of the map well out at sea, where no data is. */
const seaColor = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number[]>((tell) => {
        const { map } = window as unknown as {
          map: {
            once: (event: string, work: () => void) => void
            triggerRepaint: () => void
            getCanvas: () => HTMLCanvasElement
          }
        }
        map.once('render', () => {
          const canvas = map.getCanvas()
          const pen = document.createElement('canvas').getContext('2d')
          pen?.drawImage(canvas, canvas.width * 0.06, canvas.height * 0.8, 1, 1, 0, 0, 1, 1)
          tell([...(pen?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3))
        })
        map.triggerRepaint()
      }),
  )

const drawnIn = (page: Page, layer: string) =>
  page.evaluate(
    (id) =>
      (
        window as unknown as {
          map: { queryRenderedFeatures: (o: object) => { properties: Record<string, unknown> }[] }
        }
      ).map
        .queryRenderedFeatures({ layers: [id] })
        .map(({ properties }) => properties.name ?? ''),
    layer,
  )

/** A file of tiles, served; what the page makes of it is looked at. */
async function withFile(name: string, file: Buffer, look: (page: Page) => Promise<void>): Promise<void> {
  const path = join(folder, name)
  writeFileSync(path, file)
  const { url, stop } = await serveWithBase(path)
  try {
    const { page, watch, close } = await open(browser, { server: url })
    await settled(page)
    await look(page)
    watch.expectClean()
    await close()
  } finally {
    await stop()
  }
}

it('pictures of a file of tiles lie under the data, and whom they are from is named', async () => {
  const file = tileFile(plainPicture(RED), 2, { attribution: CREDITS })
  await withFile('pictures.pmtiles', file, async (page) => {
    const color = await seaColor(page)
    for (const [at, part] of RED.entries()) expect(Math.abs((color[at] ?? 0) - part)).toBeLessThan(8)
    expect(await page.textContent('.map-footer .attribution')).toMatch(/Mapa base: © Cartas de prueba$/)
    await picture(page, 'base-pictures')
  })
})

it('vector tiles of a file are drawn in our colours, with their names', async () => {
  const layers = ['water', 'places'].map((id) => ({ id, fields: {} }))
  const file = tileFile(waterTile('Aquí'), 1, { vector_layers: layers })
  await withFile('vectors.pmtiles', file, async (page) => {
    expect((await drawnIn(page, 'base-water')).length).toBeGreaterThan(0)
    expect(await seaColor(page)).toEqual([0xc3, 0xd8, 0xe0])
    await page.evaluate(() =>
      (window as unknown as { map: { jumpTo: (o: object) => void } }).map.jumpTo({
        center: [-70, 0],
        zoom: 3,
      }),
    )
    expect(await page.textContent('.map-footer .attribution')).toContain('sin fuente declarada')
    await picture(page, 'base-vectors')
  })
})

it('a style at an address is drawn under the data; without it the map has our own base', async () => {
  const style = {
    version: 8,
    sources: {
      all: { type: 'raster', tiles: ['cuadros/{z}/{x}/{y}.png'], tileSize: 256, attribution: CREDITS },
    },
    layers: [
      { id: 'back', type: 'background', paint: { 'background-color': '#000' } },
      { id: 'all', type: 'raster', source: 'all' },
    ],
  }
  const tile = plainPicture(RED)
  const other: Server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    response.end(request.url === '/mapa/estilo.json' ? JSON.stringify(style) : tile)
  })
  await new Promise<void>((ready) => {
    other.listen(0, '127.0.0.1', ready)
  })
  const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}/mapa/estilo.json`
  const { url, stop } = await serveWithBase(address)
  try {
    const { page, watch, close } = await open(browser, { server: url })
    await settled(page)
    await expect.poll(async () => Math.abs(((await seaColor(page))[0] ?? 0) - RED[0])).toBeLessThan(8)
    expect(await page.textContent('.map-footer .attribution')).toContain('© Cartas de prueba')
    watch.expectClean()
    await close()
    other.close()
    other.closeAllConnections()
    const without = await open(browser, { server: url })
    await settled(without.page)
    expect(await seaColor(without.page)).toEqual([0xd9, 0xe5, 0xea])
    expect((await drawnIn(without.page, 'town-labels')).length).toBeGreaterThan(0)
    await without.close()
  } finally {
    other.close()
    await stop()
  }
})
