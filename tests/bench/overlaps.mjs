// What lies on what: all pairs of two layers with their geodesic hectares, beside PostGIS and geopandas on the same question.
import { Agent, request } from 'node:http'
import { existsSync } from 'node:fs'

const A = 'mining_concessions'
const B = 'indigenous_territories'
const PYTHON = `${process.env.CARGO_TARGET_DIR ?? 'target'}/tools/peers/bin/python`

const pairsFrom = (from) => `
  select count(*) || ' ' || sum(st_area(st_intersection(c.geom, t.geom)::geography)) / 1e4 from ${from}`
/** Driven from the territories, PostGIS's better plan, which it does not choose by itself with one process. */
const ONE = pairsFrom(`rimay.feature_${B} t,
  lateral (select c.geom from rimay.feature_${A} c where st_intersects(c.geom, t.geom) offset 0) c`)
const SEVERAL = pairsFrom(`rimay.feature_${B} t join rimay.feature_${A} c on st_intersects(t.geom, c.geom)`)
const SETTINGS = {
  one: 'set max_parallel_workers_per_gather = 0;',
  several:
    'set max_parallel_workers_per_gather = 4; set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0;',
}

const now = () => performance.now()
/** Median of three, or of many. */
const middle = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]
/** Each on a connection of its own: what runs in between may take longer than the server keeps one open. */
const post = (url, question) =>
  fetch(`${url}/api/overlaps`, { method: 'POST', body: JSON.stringify(question), headers: { connection: 'close' } })
const workedOut = (response) => Number(/dur=([\d.]+)/.exec(response.headers.get('server-timing'))[1])

function agree({ pairs, sum_over_pairs_ha: sum }, [count, hectares], who) {
  if (count !== pairs || Math.abs(sum - hectares) > 1e-9 * hectares) {
    throw new Error(`overlaps: ${pairs} pairs and ${sum} ha, ${who} ${count} and ${hectares}`)
  }
}

/** Seconds of Rimay (a question not asked before), of PostGIS with one process and with several, and of geopandas. */
export async function measureOverlaps({ url, sql, run, database }) {
  const figures = { own: [], one: [], several: [], geopandas: [] }
  let totals
  for (let round = 0; round < 3; round++) {
    // The tolerance is another each time: an answer that is kept costs nothing.
    let began = now()
    const response = await post(url, { a: A, b: B, where_a: '', tolerance_m: round })
    totals = (await response.json()).totals
    figures.own.push((now() - began) / 1000)
    for (const [name, query] of [['one', ONE], ['several', SEVERAL]]) {
      began = now()
      const told = sql(SETTINGS[name] + query).split(' ').map(Number)
      figures[name].push((now() - began) / 1000)
      agree(totals, told, 'PostGIS')
    }
    if (existsSync(PYTHON)) {
      const [count, hectares, seconds] = run(PYTHON, ['tests/bench/overlaps.py', database, A, B]).trim().split(' ').map(Number)
      agree(totals, [count, hectares], 'geopandas')
      figures.geopandas.push(seconds)
    }
  }
  return { pairs: totals.pairs, ...Object.fromEntries(Object.entries(figures).map(([name, times]) => [name, middle(times)])) }
}

/** Asks over one connection that is kept, as a map does: what the client itself takes is little. */
function client(url) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return (body) =>
    new Promise((done, failed) => {
      const headers = { 'content-type': 'application/json', 'accept-encoding': 'gzip' }
      const asked = request(`${url}/api/overlaps`, { agent, method: 'POST', headers }, (response) => {
        response.on('data', () => {})
        response.on('end', () => done(response))
      })
      asked.on('error', failed)
      asked.end(JSON.stringify(body))
    })
}

/** One concession against all territories: milliseconds inside, over HTTP, and of PostGIS without HTTP. */
export async function measureOne({ url, sql }) {
  const ids = sql(`select id from rimay.feature_${A} order by md5(id::text) limit 300`).split('\n').map(Number)
  const ask = client(url)
  const [inside, http, postgis] = [[], [], []]
  // The first ones are not counted: nothing is asked of a server that has slept.
  for (const id of ids) {
    const began = now()
    const response = await ask({ a: A, b: B, ids_a: [id] })
    if (response.statusCode !== 201) throw new Error(`${response.statusCode} for one concession`)
    http.push(now() - began)
    inside.push(Number(/dur=([\d.]+)/.exec(response.headers['server-timing'])[1]))
  }
  for (const id of ids) {
    const plan = sql(`explain (analyze, timing off, format json)
      select t.id, st_area(st_intersection(c.geom, t.geom)::geography) from rimay.feature_${A} c
      join rimay.feature_${B} t on st_intersects(c.geom, t.geom) where c.id = ${id}`)
    postgis.push(JSON.parse(plan)[0]['Execution Time'])
  }
  const counted = (times) => middle(times.slice(50))
  return { inside: counted(inside), http: counted(http), postgis: counted(postgis) }
}

/** After one feature in a hundred changed: milliseconds until the standing answer is that of now. */
export async function measureKeptUp({ url, sql }) {
  const gauge = async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return Number(new RegExp(`rimay_standing_overlaps_seconds\\{a="${A}",b="${B}"\\} ([\\d.e-]+)`).exec(text)?.[1])
  }
  const times = []
  for (let round = 0; round < 3; round++) {
    const before = await gauge()
    sql(`update rimay.feature set properties = jsonb_set(properties, '{holder}', to_jsonb('titular ' || ${round})) where layer = '${A}' and id % 100 = 0`)
    let after = before
    while (after === before) {
      await new Promise((done) => setTimeout(done, 100))
      after = await gauge()
    }
    times.push(after * 1000)
  }
  return middle(times)
}
