// Asks the same of the server, of PostGIS and of what other servers there are, and writes the report. See tests/bench.sh.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { cases, keptTiles, wholes } from './cases.mjs'
import { measureFiles } from './files.mjs'
import { measureKeptUp, measureOne, measureOverlaps } from './overlaps.mjs'

const { DATABASE_URL, RIMAY, SCALE } = process.env
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const CONNECTIONS = 16
const folder = mkdtempSync(join(tmpdir(), 'rimay-bench-'))
const run = (program, args, options = {}) => execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options })
const sql = (query) => run('psql', [DATABASE_URL, '-XAtqc', query]).trim()
const pgbin = sql(`select setting from pg_config where name = 'BINDIR'`)

/** Starts the server and says when it answers: `{url, process, readyMs, stop}`. */
async function serve(args) {
  const started = performance.now()
  const child = spawn(RIMAY, ['serve', '--listen', '127.0.0.1:0', ...args], { env: process.env, stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => resolve(/http:\/\/[\d.:]+/.exec(text)?.[0]))
    child.on('exit', () => reject(new Error('the server did not start')))
  })
  while (!(await fetch(`${url}/readyz`)).ok) await new Promise((done) => setTimeout(done, 20))
  const readyMs = performance.now() - started
  const stop = () => new Promise((done) => child.on('exit', done) && child.kill())
  return { url, pid: child.pid, readyMs, stop }
}

const residentMiB = (pid) => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024)

/** Waits until the database works on nothing: what a peer asked goes on there after the peer was told to stop. */
async function settle() {
  const busy = `select count(*) from pg_stat_activity where state = 'active' and backend_type = 'client backend' and pid <> pg_backend_pid()`
  while (sql(busy) !== '0') await new Promise((done) => setTimeout(done, 100))
}

/** Requests a second, p50 and p99 in ms and bytes of an answer, of the paths of a query; `headers` as wrk takes them. */
function ask(url, query, headers = []) {
  const file = join(folder, 'paths')
  writeFileSync(file, sql(query))
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '--timeout', '30s', ...headers, '-s', 'tests/bench/paths.lua', url]
  const figures = JSON.parse(/^JSON (.*)$/m.exec(run('wrk', args, { env: { ...process.env, PATHS: file } }))[1])
  if (figures.errors > 0) throw new Error(`${figures.errors} errors at ${url} of ${query}`)
  return figures
}

/** The same of PostgreSQL, over its own socket. */
function askPostgis(statement, samples) {
  const file = join(folder, 'script.sql')
  const count = Number.isInteger(samples) ? samples : Number(sql(samples))
  writeFileSync(file, `\\set i random(1, ${count})\n${statement.trim().replace(/\s*\n\s*/g, ' ')}\n`)
  const prefix = join(folder, 'log')
  const args = ['-n', '-M', 'prepared', '-c', `${CONNECTIONS}`, '-j', '1', '-T', `${SECONDS}`, '-l', '--log-prefix', prefix, '-f', file, DATABASE_URL]
  const said = run(join(pgbin, 'pgbench'), args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const logs = readdirSync(folder).filter((name) => name.startsWith('log'))
  const times = logs.flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n').map((line) => Number(line.split(' ')[2]) / 1000))
  logs.forEach((name) => rmSync(join(folder, name)))
  times.sort((a, b) => a - b)
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))]
  return { rate: Number(/tps = ([\d.]+)/.exec(said)[1]), p50: at(0.5), p99: at(0.99) }
}

/** Reads a whole layer to nowhere; seconds, ms to the first byte, and bytes. */
function readWhole(address) {
  const form = '%{time_total} %{time_starttransfer} %{size_download}'
  const args = ['-sf', '-o', '/dev/null', '-w', form, address]
  const [seconds, first, bytes] = run('curl', args).split(' ').map(Number)
  return { seconds, first: first * 1000, bytes }
}

function wholeByPostgis(query) {
  const started = performance.now()
  run('psql', [DATABASE_URL, '-XAtqc', `copy (${query}) to stdout`, '-o', '/dev/null'])
  return { seconds: (performance.now() - started) / 1000 }
}

/** Other servers, which tests/bench/peers.sh has started. */
const peers = Object.fromEntries((process.env.PEERS ?? '').split(' ').filter(Boolean).map((peer) => peer.split('=')))

/** What a peer does, or `'fails'`. */
async function askPeer(work) {
  await settle()
  try {
    return work()
  } catch (error) {
    console.error(String(error))
    return 'fails'
  }
}

/** Two cells: nothing where a peer is not asked. */
const compared = (found, cells) => (typeof found === 'number' ? cells(found) : [found || '–', '–'])
const bySeconds = ([a], [b]) => a.seconds - b.seconds
const number = (value, digits = 0) => value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits })
const ratio = (a, b) => `**${number(a / b, a / b < 10 ? 1 : 0)}**`
const row = (cells) => `| ${cells.join(' | ')} |`

const lines = []
const say = (line) => {
  lines.push(line)
  console.log(line)
}

run('psql', [DATABASE_URL, '-Xq', '-f', 'tests/bench/samples.sql'])
const server = await serve(['--tile-cache-mib', '0'])
// Overviews are prepared beside the first requests.
await new Promise((done) => setTimeout(done, 10_000 * SCALE))
const counts = sql(`select string_agg(n || ' ' || replace(layer, '_', ' '), ', ' order by n desc) from (select layer, count(*) n from rimay.feature group by layer) t`)
say(`Holds ${counts}. Ready ${number(server.readyMs / 1000, 1)} s after its start, resident ${number(residentMiB(server.pid))} MiB.`)
say('')
const asked = Object.keys(peers).filter((name) => name !== 'martin_keeping')
say(row(['question', 'Rimay, a second', 'p50 ms', 'p99 ms', 'kB', 'PostGIS, a second', 'ratio', ...asked.flatMap((name) => [`${name}, a second`, 'ratio'])]))
say(row(['---', ...Array(6 + 2 * asked.length).fill('--:')]))
for (const { name, samples, paths, sql: statement, peers: addresses = {} } of cases) {
  await settle()
  const [own, postgis] = [ask(server.url, paths), askPostgis(statement, samples)]
  const rest = []
  for (const peer of asked) {
    const rate = addresses[peer] && (await askPeer(() => ask(peers[peer], addresses[peer]).rate))
    rest.push(...compared(rate, (rate) => [number(rate, rate < 10 ? 1 : 0), ratio(own.rate, rate)]))
  }
  say(row([name, number(own.rate), number(own.p50, 1), number(own.p99, 1), number(own.bytes / 1000, 1), number(postgis.rate), ratio(own.rate, postgis.rate), ...rest]))
}
say('')
say(row(['whole layer', 'Rimay, s', 'first byte, ms', 'MB', 'PostGIS, s', 'ratio', ...asked.flatMap((name) => [`${name}, s`, 'ratio'])]))
say(row(['---', ...Array(5 + 2 * asked.length).fill('--:')]))
for (const { name, path, sql: query, peers: addresses } of wholes) {
  await settle()
  const [own, postgis] = [0, 1, 2].map(() => [readWhole(`${server.url}${path}`), wholeByPostgis(query)]).sort(bySeconds)[1]
  const rest = []
  for (const peer of asked) {
    const seconds = addresses[peer] && (await askPeer(() => readWhole(`${peers[peer]}${addresses[peer]}`).seconds))
    rest.push(...compared(seconds, (seconds) => [number(seconds, 2), ratio(seconds, own.seconds)]))
  }
  say(row([name, number(own.seconds, 2), number(own.first, 1), number(own.bytes / 1e6, 1), number(postgis.seconds, 2), ratio(postgis.seconds, own.seconds), ...rest]))
}
await settle()
const overlaps = await measureOverlaps({ url: server.url, sql, run, database: DATABASE_URL })
const oneConcession = await measureOne({ url: server.url, sql })
const keptUp = await measureKeptUp({ url: server.url, sql })
say('')
say(row(['what lies on what', 'pairs', 'Rimay, s', 'PostGIS with one process, s', 'ratio', 'PostGIS with several, s', 'ratio', 'geopandas, s', 'ratio']))
say(row(['---', ...Array(8).fill('--:')]))
say(row(['concessions on territories, geodesic hectares', number(overlaps.pairs), number(overlaps.own, 2), number(overlaps.one, 2), ratio(overlaps.one, overlaps.own), number(overlaps.several, 2), ratio(overlaps.several, overlaps.own), ...compared(overlaps.geopandas, (seconds) => [number(seconds, 2), ratio(seconds, overlaps.own)])]))
say('')
say(`One concession on all territories: ${number(oneConcession.inside, 2)} ms inside, ${number(oneConcession.http, 2)} ms over HTTP, asked for the first time, one after another; PostGIS ${number(oneConcession.postgis, 2)} ms without HTTP: ${ratio(oneConcession.postgis, oneConcession.http)} times as long. After 1 % of the concessions changed, the standing answer is brought up to date in ${number(keptUp)} ms. Resident after it ${number(residentMiB(server.pid))} MiB.`)
await server.stop()
const keeping = await serve([])
const martin = peers.martin_keeping && keptTiles.peers.martin
say('')
say(row([`kept ${keptTiles.name}`, 'Rimay, a second', 'p50 ms', 'p99 ms', 'kB', 'Martin with 512 MB for tiles, a second', 'ratio']))
say(row(['---', ...Array(6).fill('--:')]))
for (const [coding, headers] of [['gzip, as browsers ask', ['-H', 'accept-encoding: gzip']], ['not compressed', []]]) {
  // The first round makes the tiles.
  const [, kept] = [0, 1].map(() => ask(keeping.url, keptTiles.paths, headers))
  const rate = martin && [0, 1].map(() => ask(peers.martin_keeping, martin, headers).rate)[1]
  say(row([coding, number(kept.rate), number(kept.p50, 1), number(kept.p99, 1), number(kept.bytes / 1000, 1), ...compared(rate, (rate) => [number(rate), ratio(kept.rate, rate)])]))
}
say('')
say(`Resident after it ${number(residentMiB(keeping.pid))} MiB.`)
await keeping.stop()
await settle()
const files = await measureFiles({ rimay: RIMAY, database: DATABASE_URL, folder, run, serve })
say('')
say(row(['concessions in, from a GeoPackage to the map', 'Rimay, s', 'ogr2ogr with COPY, s', 'ratio']))
say(row(['---', '--:', '--:', '--:']))
say(row(['all of them', number(files.full, 2), number(files.ogr2ogr, 2), `**${number(files.full / files.ogr2ogr, 1)}**`]))
say(row(['again, 1 % changed and 1 % gone', number(files.next, 2), '–', '–']))
say('')
say(`Of a day before that (\`asOf\`), in a box as large as a department: ${number(files.asOf)} ms the first time, ${number(files.again)} ms again.`)

const machine = `${cpus()[0].model.trim()}, ${cpus().length} processors, ${Math.round(totalmem() / 2 ** 30)} GiB`
const versions = sql(`select 'PostgreSQL ' || current_setting('server_version') || ', PostGIS ' || postgis_lib_version()`)
// The report keeps one section for each scale; only this one's is written anew.
const report = 'docs/benchmarks.md'
const heading = `## Scale ${SCALE}\n`
const conditions = `${new Date().toISOString().slice(0, 10)}, ${machine}; ${versions}; wrk and pgbench with ${CONNECTIONS} connections on the same machine, ${SECONDS} s for each figure.`
const [preface, ...sections] = readFileSync(report, 'utf8').trimEnd().split(/^(?=## Scale )/m)
const own = `${heading}\n${conditions}\n\n${lines.join('\n')}\n`
const others = sections.filter((section) => !section.startsWith(heading)).map((section) => `${section.trimEnd()}\n`)
const byScale = (a, b) => parseInt(a.slice('## Scale '.length)) - parseInt(b.slice('## Scale '.length))
writeFileSync(report, [`${preface.trimEnd()}\n`, ...[own, ...others].sort(byScale)].join('\n'))
rmSync(folder, { recursive: true })
process.exit(0)
