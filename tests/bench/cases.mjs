// What is measured: the question as an address of the server and as SQL that gives the same answer as text.
//
// `paths` is a query that lists addresses; `sql` is for pgbench, with i from 1 to `samples`; `peers` are addresses of other
// servers, by name.

const features = (where, table = 'mining_concessions') => `
  select json_build_object('type', 'FeatureCollection', 'features', json_agg(json_build_object('type', 'Feature', 'id', f.id,
    'geometry', st_asgeojson(f.geom, 7)::json, 'properties', f.properties)))::text
  from bench.sample s, rimay.feature_${table} f where s.i = :i and ${where};`

const box = (name) => `st_xmin(${name}) || ',' || st_ymin(${name}) || ',' || st_xmax(${name}) || ',' || st_ymax(${name})`
/** A polygon of 17 corners around a place, in WKT. */
const circle = `replace(st_astext(st_buffer(st_makepoint(x, y), 0.1, 4), 4), ' ', '%20')`
const items = '/ogc/collections/mining_concessions/items'

const boxed = (name, column, limit) => ({
  name,
  samples: 200,
  paths: `select '${items}?limit=${limit}&bbox=' || ${box(column)} from bench.sample order by i`,
  sql: features(`st_intersects(f.geom, st_setsrid(s.${column}::geometry, 4326))`),
  peers: {
    tipg: `select '/collections/rimay.feature_mining_concessions/items?limit=${limit}&bbox=' || ${box(column)} from bench.sample order by i`,
    pygeoapi: `select '/collections/mining_concessions/items?limit=${limit}&f=json&bbox=' || ${box(column)} from bench.sample order by i`,
  },
})

const tiles = (layer, zoom) => ({
  name: `tile of ${layer.replaceAll('_', ' ')}, z${zoom}`,
  samples: `select count(*) from bench.tile where z = ${zoom}`,
  paths: `select '/tiles/${layer}/' || z || '/' || tx || '/' || ty from bench.tile where z = ${zoom} order by i`,
  sql: `
    with bounds as (select st_tileenvelope(z, tx, ty) as b from bench.tile where z = ${zoom} and i = :i)
    select st_asmvt(t, '${layer}') from (
      select f.id, f.properties ->> 'name' as name, f.properties ->> 'code' as code,
        st_asmvtgeom(st_transform(f.geom, 3857), bounds.b) as geom
      from bounds, rimay.feature_${layer} f where f.geom && st_transform(bounds.b, 4326)) t;`,
  peers: {
    tipg: `select '/collections/rimay.feature_${layer}/tiles/WebMercatorQuad/' || z || '/' || tx || '/' || ty from bench.tile where z = ${zoom} order by i`,
    martin: `select '/feature_${layer}/' || z || '/' || tx || '/' || ty from bench.tile where z = ${zoom} order by i`,
  },
})

/** Each asked of a server that keeps no tiles. */
export const cases = [
  boxed('GeoJSON of a box with about 100 concessions', 'hundred', 1000),
  boxed('GeoJSON of a box with about 1,000 concessions', 'thousand', 10000),
  {
    name: 'one concession by id',
    samples: 200,
    paths: `select '${items}/' || id from bench.sample order by i`,
    sql: features('f.id = s.id'),
    peers: {
      pygeoapi: `select '/collections/mining_concessions/items/' || id || '?f=json' from bench.sample order by i`,
    },
  },
  {
    name: 'the 10 concessions nearest to a place (geodesic)',
    samples: 200,
    paths: `select '${items}?limit=10&near=' || x || ',' || y from bench.sample order by i`,
    // Ordered by distance among some more candidates: the order of the index is not that of the distance.
    sql: `
      select json_agg(json_build_object('type', 'Feature', 'id', id, 'geometry', st_asgeojson(geom, 7)::json, 'properties', properties))::text
      from (
        select *, st_distance(geom::geography, place) as d from (
          select f.*, st_setsrid(st_makepoint(s.x, s.y), 4326)::geography as place
          from bench.sample s, lateral (
            select * from rimay.feature_mining_concessions c
            order by c.geom <-> st_setsrid(st_makepoint(s.x, s.y), 4326) limit 20) f
          where s.i = :i) candidates
        order by d limit 10) nearest;`,
  },
  {
    name: 'concessions in a polygon',
    samples: 200,
    paths: `select '${items}?limit=10000&filter=S_INTERSECTS(geometry,' || ${circle} || ')' from bench.sample order by i`,
    sql: features('st_intersects(f.geom, st_buffer(st_setsrid(st_makepoint(s.x, s.y), 4326), 0.1, 4))'),
    peers: {
      tipg: `select '/collections/rimay.feature_mining_concessions/items?limit=10000&filter-lang=cql2-text&filter=S_INTERSECTS(geom,' || ${circle} || ')' from bench.sample order by i`,
    },
  },
  {
    name: 'conflicts counted by district',
    samples: 1,
    paths: `select '/api/layers/districts/counts?of=conflicts'`,
    sql: `
      select json_agg(t)::text from (
        select d.id, d.properties ->> 'name' as name, count(c.id) from rimay.feature_districts d
        left join rimay.feature_conflicts c on st_intersects(d.geom, c.geom) group by d.layer, d.id) t;`,
  },
  ...[6, 8, 10, 12].map((zoom) => tiles('mining_concessions', zoom)),
  ...[6, 8, 10, 12].map((zoom) => tiles('indigenous_territories', zoom)),
]

/** Asked of a server that keeps them. */
export const keptTiles = tiles('mining_concessions', 10)

/** Layers read from one end to the other. */
export const wholes = ['mining_concessions', 'indigenous_territories'].map((layer) => ({
  name: layer.replaceAll('_', ' '),
  path: `/ogc/collections/${layer}/items?limit=1000000`,
  sql: `select json_build_object('type', 'Feature', 'id', id, 'geometry', st_asgeojson(geom, 7)::json, 'properties', properties) from rimay.feature_${layer} order by id`,
  peers: {
    tipg: `/collections/rimay.feature_${layer}/items?limit=100000`,
    pygeoapi: layer === 'mining_concessions' && `/collections/${layer}/items?limit=100000&f=json`,
  },
}))
