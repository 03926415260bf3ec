// Web maps in a browser, on a page of somebody else's: MapLibre with TileJSON, OpenLayers with OGC API - Tiles.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { check, OGC, sql, URL_ROOT } from './check.mjs'

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))('playwright-core')
const folder = (path) => fileURLToPath(new URL(path, import.meta.url))
const MAPLIBRE = folder('../../web/node_modules/maplibre-gl/dist')
const OPENLAYERS = folder('node_modules/ol/dist')
const TYPES = { mjs: 'text/javascript', js: 'text/javascript', css: 'text/css', html: 'text/html' }
const PERU = [-82, -19, -68, 0]

const MAPLIBRE_PAGE = `<!doctype html><link rel="stylesheet" href="/maplibre/maplibre-gl.css">
<div id="map" style="width:600px;height:600px"></div><script type="module">
import * as maplibre from '/maplibre/maplibre-gl.mjs'
const map = new maplibre.Map({
  container: 'map',
  bounds: ${JSON.stringify(PERU)},
  fadeDuration: 0,
  style: { version: 8, sources: {}, layers: [] },
})
map.on('load', () => {
  map.addSource('departments', { type: 'vector', url: '${URL_ROOT}/tiles/departments' })
  map.addLayer({ id: 'areas', type: 'fill', source: 'departments', 'source-layer': 'departments' })
  map.once('idle', () => {
    window.drawn = map.queryRenderedFeatures({ layers: ['areas'] }).map(({ properties }) => properties.name)
  })
})
</script>`

const OPENLAYERS_PAGE = `<!doctype html><div id="map" style="width:600px;height:600px"></div>
<script src="/openlayers/ol.js"></script><script>
const source = new ol.source.OGCVectorTile({
  url: '${OGC}/collections/departments/tiles/WebMercatorQuad',
  format: new ol.format.MVT(),
})
const view = new ol.View()
const map = new ol.Map({ target: 'map', view, layers: [new ol.layer.VectorTile({ source })] })
view.fit(ol.proj.transformExtent(${JSON.stringify(PERU)}, 'EPSG:4326', 'EPSG:3857'), { size: [600, 600] })
map.on('rendercomplete', () => {
  const names = new Set()
  for (let x = 0; x < 600; x += 6)
    for (let y = 0; y < 600; y += 6) for (const area of map.getFeaturesAtPixel([x, y])) names.add(area.get('name'))
  if (names.size) window.drawn = [...names]
})
</script>`

const server = createServer(async ({ url }, response) => {
  // MapLibre asks for its worker with a query string.
  const { pathname } = new URL(url, origin)
  const page = { '/maplibre': MAPLIBRE_PAGE, '/openlayers': OPENLAYERS_PAGE }[pathname]
  const path = pathname.replace(/^\/maplibre/, MAPLIBRE).replace(/^\/openlayers/, OPENLAYERS)
  try {
    const body = page ?? (await readFile(path))
    response
      .writeHead(200, { 'content-type': TYPES[page ? 'html' : path.split('.').pop()] ?? 'text/plain' })
      .end(body)
  } catch {
    response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end()
  }
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const origin = `http://127.0.0.1:${server.address().port}`
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: [
    '--no-sandbox',
    '--disable-dev-shm-usage',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--ignore-gpu-blocklist',
  ],
})
const departments = sql('select name from layers.departments order by name collate "C"')

for (const [name, path] of [
  ['MapLibre', 'maplibre'],
  ['OpenLayers', 'openlayers'],
]) {
  const errors = []
  const page = await browser.newPage()
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(`${origin}/${path}`)
  await check(
    `${name} draws vector tiles on a page from elsewhere`,
    async () => {
      const drawn = await page.waitForFunction(() => window.drawn, undefined, {
        timeout: 90_000,
        polling: 100,
      })
      return [...new Set(await drawn.jsonValue())].sort()
    },
    departments,
  )
  await check(`${name} has nothing to complain about`, () => errors, [])
  await page.close()
}
await browser.close()
server.close()
