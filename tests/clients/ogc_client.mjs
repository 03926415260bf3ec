// ogc-client, by which GeoNetwork and the maps of Camptocamp read OGC API.
import { readFileSync } from 'node:fs'
import { OgcApiEndpoint } from '@camptocamp/ogc-client'
import { check, count, getJson, OGC, sql } from './check.mjs'

const { version } = JSON.parse(
  readFileSync(new URL('node_modules/@camptocamp/ogc-client/package.json', import.meta.url)),
)
const NAME = `ogc-client ${version}`
const layers = sql('select id from rimay.layer order by id')
const endpoint = new OgcApiEndpoint(OGC)

await check(`${NAME} opens the service`, async () => (await endpoint.info).title, 'Rimay')
await check(`${NAME} sees features`, () => endpoint.hasFeatures)
await check(`${NAME} sees tiles`, () => endpoint.hasTiles)
await check(`${NAME} reads the conformance`, async () =>
  (await endpoint.conformanceClasses).includes('http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core'),
)
await check(
  `${NAME} lists collections of features`,
  async () => (await endpoint.featureCollections).sort(),
  layers,
)
await check(
  `${NAME} lists collections with vector tiles`,
  async () => (await endpoint.vectorTileCollections).sort(),
  layers,
)

const collection = await endpoint.getCollectionInfo('conflicts')
await check(`${NAME} sees formats of features`, () => collection.itemFormats.includes('application/geo+json'))
await check(`${NAME} finds every download`, () => Object.keys(collection.bulkDownloadLinks).length, 6)
await check(
  `${NAME} finds queryable fields`,
  () =>
    ['name', 'state', 'started_on'].filter(
      (name) => !collection.queryables.some((field) => field.name === name),
    ),
  [],
)
await check(
  `${NAME} reads the extent`,
  () => collection.extent.spatial.bbox[0].map((side) => Math.round(side * 1e3)),
  sql(
    'select unnest(array[st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e)]) from (select st_extent(geom) as e from layers.conflicts) as whole',
  ).map((side) => Math.round(Number(side) * 1e3)),
)
await check(
  `${NAME} reads features`,
  async () => (await endpoint.getCollectionItems('conflicts', 3)).length,
  3,
)
const first = sql('select min(id) from layers.conflicts')[0]
await check(
  `${NAME} reads one feature`,
  async () => (await endpoint.getCollectionItem('conflicts', first)).id,
  Number(first),
)
await check(
  `${NAME} asks with a query in a box`,
  async () => {
    const url = await endpoint.getCollectionItemsUrl('conflicts', {
      query: 'state=retirado',
      extent: [-79, -8, -78, -7],
    })
    return (await getJson(url)).numberMatched
  },
  count(
    "select count(*) from layers.conflicts where state = 'retirado' and (geom is null or st_intersects(geom, st_makeenvelope(-79, -8, -78, -7, 4326)))",
  ),
)
await check(`${NAME} finds the grid of tiles`, async () => await endpoint.tileMatrixSets, ['WebMercatorQuad'])
await check(
  `${NAME} finds the tileset`,
  async () => (await getJson(await endpoint.getVectorTilesetUrl('conflicts'))).dataType,
  'vector',
)
