// Files in: how long a cadastre takes from the file to the map, beside ogr2ogr, which checks and keeps nothing.
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

const DATABASE = 'rimay_bench_files'
const LAYER = 'mining_concessions'
const ITEMS = `/ogc/collections/${LAYER}/items`
/** About what a department measures. */
const DEPARTMENT = 'bbox=-79,-8,-77.5,-6&limit=100000'

const now = () => performance.now()
const json = async (address) => (await fetch(address)).json()

/** Runs `work` and waits until the server shows so many features; seconds of both together. */
async function untilServed(url, wanted, work) {
  const began = now()
  work()
  while ((await json(`${url}${ITEMS}?limit=1`)).numberMatched !== wanted) await new Promise((done) => setTimeout(done, 20))
  return (now() - began) / 1000
}

/** Median of three. */
const middle = (times) => times.sort((a, b) => a - b)[1]

/**
 * Imports the layer of the national data set into a database of its own: all of it, then with 1 % removed and 1 % changed.
 * `serve` starts a server on a database.
 */
export async function measureFiles({ rimay, database, folder, run, serve }) {
  const address = database.replace(/^([a-z]+:\/\/[^/]*\/)[^?]*/, `$1${DATABASE}`)
  const psql = (query) => run('psql', [database, '-Xqc', query])
  const whole = join(folder, 'whole.gpkg')
  const next = join(folder, 'next.gpkg')
  run(rimay, ['export', LAYER, '--format', 'gpkg', '-o', whole, '--overwrite'], { env: { ...process.env, DATABASE_URL: database } })
  const features = `select * from ${LAYER}`
  const ogr = (...args) => execFileSync('ogr2ogr', args, { stdio: 'ignore' })
  ogr('-f', 'GPKG', next, whole, '-dialect', 'sqlite', '-sql', `${features} where fid % 100 <> 3`, '-nln', LAYER)
  execFileSync('ogrinfo', ['-q', next, '-sql', `update ${LAYER} set holder = 'otro' where fid % 100 = 7`], { stdio: 'ignore' })
  const env = { ...process.env, DATABASE_URL: address }
  const take = (file, day) => () => run(rimay, ['import', file, '--layer', LAYER, '--source', 'catastro', '--valid-on', day], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const figures = { full: [], ogr2ogr: [], next: [], asOf: [], again: [] }
  for (let round = 0; round < 3; round++) {
    psql(`drop database if exists ${DATABASE}`)
    psql(`create database ${DATABASE}`)
    const server = await serve(['--database-url', address])
    const count = Number(run('psql', [database, '-XAtqc', `select count(*) from rimay.feature_${LAYER}`]))
    figures.full.push(await untilServed(server.url, count, take(whole, '2024-01-01')))
    const began = now()
    const target = `PG:${run('psql', [address, '-XAtqc', "select format('host=%s port=%s dbname=%s user=%s', split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user)"]).trim()}`
    ogr('-f', 'PostgreSQL', target, whole, '-nln', 'copied', '-lco', 'SCHEMA=public', '--config', 'PG_USE_COPY', 'YES')
    figures.ogr2ogr.push((now() - began) / 1000)
    figures.next.push(await untilServed(server.url, count - Math.round(count / 100), take(next, '2024-02-01')))
    for (const kept of [figures.asOf, figures.again]) {
      const asked = now()
      await (await fetch(`${server.url}${ITEMS}?asOf=2024-01-15&${DEPARTMENT}`)).arrayBuffer()
      kept.push(now() - asked)
    }
    await server.stop()
  }
  psql(`drop database ${DATABASE}`)
  for (const file of [whole, next]) rmSync(file)
  return Object.fromEntries(Object.entries(figures).map(([name, times]) => [name, middle(times)]))
}
