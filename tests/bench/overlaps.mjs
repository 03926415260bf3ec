// What lies on what: all pairs of two layers with their geodesic hectares, beside PostGIS on the same question.

const A = 'mining_concessions'
const B = 'indigenous_territories'

/** Pairs and the sum of their areas, driven from the territories: PostGIS's better plan. */
const QUERY = `
  select count(*) || ' ' || sum(ha) from (
    select st_area(st_intersection(c.geom, t.geom)::geography) / 1e4 as ha
    from rimay.feature_${B} t,
      lateral (select c.geom from rimay.feature_${A} c where st_intersects(c.geom, t.geom) offset 0) c
  ) pairs`

const now = () => performance.now()
/** Median of three. */
const middle = (times) => times.sort((a, b) => a - b)[1]

/** Seconds of Rimay (a question not asked before) and of PostGIS with one process and with several, and what both found. */
export function measureOverlaps({ url, sql, run }) {
  const figures = { own: [], one: [], several: [] }
  let pairs
  for (let round = 0; round < 3; round++) {
    // The tolerance is another each time: an answer that is kept costs nothing.
    const question = { a: A, b: B, where_a: '', tolerance_m: round }
    let began = now()
    const answer = JSON.parse(run('curl', ['-sf', '--data-binary', JSON.stringify(question), `${url}/api/overlaps`]))
    figures.own.push((now() - began) / 1000)
    for (const [name, settings] of [
      ['one', 'set max_parallel_workers_per_gather = 0;'],
      ['several', 'set max_parallel_workers_per_gather = 4; set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0;'],
    ]) {
      began = now()
      const [count, hectares] = sql(settings + QUERY).split(' ').map(Number)
      figures[name].push((now() - began) / 1000)
      const { pairs: ours, sum_over_pairs_ha: sum } = answer.totals
      if (count !== ours || Math.abs(sum - hectares) > 1e-9 * hectares) {
        throw new Error(`overlaps: ${ours} pairs and ${sum} ha, PostGIS ${count} and ${hectares}`)
      }
    }
    pairs = answer.totals.pairs
  }
  return { pairs, ...Object.fromEntries(Object.entries(figures).map(([name, times]) => [name, middle(times)])) }
}
