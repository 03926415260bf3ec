// Web maps in a browser, on a page of somebody else's: MapLibre with TileJSON, OpenLayers with OGC API - Tiles.
import { MAPLIBRE, OPENLAYERS, openBrowser, openTab, servePage } from './browser.mjs'
import { check, OGC, sql, URL_ROOT } from './check.mjs'

const PERU = [-82, -19, -68, 0]

const MAPLIBRE_PAGE = `<!doctype html><link rel="stylesheet" href="maplibre-gl.css">
<div id="map" style="width:600px;height:600px"></div><script type="module">
import * as maplibre from './maplibre-gl.mjs'
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

// Asking the layer draws what can be hit once, at half the size, in which the smallest department must still show;
// asking the map draws it anew for each pixel, which takes a minute.
const OPENLAYERS_PAGE = `<!doctype html><div id="map" style="width:1200px;height:1200px"></div>
<script src="ol.js"></script><script>
const source = new ol.source.OGCVectorTile({
  url: '${OGC}/collections/departments/tiles/WebMercatorQuad',
  format: new ol.format.MVT(),
})
const layer = new ol.layer.VectorTile({ source })
const view = new ol.View()
const map = new ol.Map({ target: 'map', view, layers: [layer] })
view.fit(ol.proj.transformExtent(${JSON.stringify(PERU)}, 'EPSG:4326', 'EPSG:3857'), { size: [1200, 1200] })
map.on('rendercomplete', async () => {
  const names = new Set()
  for (let x = 0; x < 1200; x += 4)
    for (let y = 0; y < 1200; y += 4) for (const area of await layer.getFeatures([x, y])) names.add(area.get('name'))
  if (names.size) window.drawn = [...names]
})
</script>`

const browser = await openBrowser()
const departments = sql('select name from layers.departments order by name collate "C"')

for (const [name, html, folders] of [
  ['MapLibre', MAPLIBRE_PAGE, MAPLIBRE],
  ['OpenLayers', OPENLAYERS_PAGE, OPENLAYERS],
]) {
  const page = await servePage(html, folders)
  const { tab, errors } = await openTab(browser)
  await tab.goto(page.address)
  await check(
    `${name} draws vector tiles on a page from elsewhere`,
    async () => {
      const drawn = await tab.waitForFunction(() => window.drawn, undefined, {
        timeout: 90_000,
        polling: 100,
      })
      return [...new Set(await drawn.jsonValue())].sort()
    },
    departments,
  )
  await check(`${name} has nothing to complain about`, () => errors, [])
  await tab.close()
  page.close()
}
await browser.close()
