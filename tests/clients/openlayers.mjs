// OpenLayers' readers for features and vector tiles.
import GeoJSON from 'ol/format/GeoJSON.js'
import MVT from 'ol/format/MVT.js'
import { createXYZ } from 'ol/tilegrid.js'
import { VERSION } from 'ol/util.js'
import { check, count, getJson, OGC, sql, URL_ROOT } from './check.mjs'

const NAME = `OpenLayers ${VERSION}`
const MERCATOR = 'EPSG:3857'

const page = await getJson(`${OGC}/collections/conflicts/items?limit=10000`)
const features = new GeoJSON().readFeatures(page, { featureProjection: MERCATOR })
await check(`${NAME} reads features`, () => features.length, count('select count(*) from layers.conflicts'))
await check(
  `${NAME} reads ids`,
  () => features.map((feature) => feature.getId()),
  sql('select id from layers.conflicts order by id').map(Number),
)
await check(
  `${NAME} puts a feature where PostGIS does`,
  () =>
    features
      .find((feature) => feature.get('code') === 'RIM-001')
      .getGeometry()
      .getCoordinates()
      .map(Math.round),
  sql(
    "select unnest(array[st_x(p), st_y(p)]) from (select st_transform(geom, 3857) as p from layers.conflicts where code = 'RIM-001') as moved",
  )
    .map(Number)
    .map(Math.round),
)

const reader = new MVT()
const tile = [4, 4, 8]
const extent = createXYZ().getTileCoordExtent(tile)
for (const address of [
  `${URL_ROOT}/tiles/departments/4/4/8`,
  `${OGC}/collections/departments/tiles/WebMercatorQuad/4/8/4`,
]) {
  const path = address.slice(URL_ROOT.length)
  const response = await fetch(address)
  const areas = reader.readFeatures(await response.arrayBuffer(), { extent, featureProjection: MERCATOR })
  await check(
    `${NAME} reads the tile ${path}`,
    () => [...new Set(areas.map((area) => area.get('name')))].sort(),
    sql(
      `select name from layers.departments where st_intersects(st_transform(geom, 3857), st_tileenvelope(4, 4, 8)) order by name collate "C"`,
    ),
  )
  await check(`${NAME} takes the media type of ${path}`, () =>
    reader.supportedMediaTypes.includes(response.headers.get('content-type')),
  )
}
