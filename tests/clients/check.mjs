// For clients written in JavaScript: prints what was found, and remembers whether anything was wrong.
import { execFileSync } from 'node:child_process'
import { isDeepStrictEqual } from 'node:util'

export const URL_ROOT = process.env.RIMAY_URL
export const OGC = `${URL_ROOT}/ogc`

/** One line: whether calling `find` gives what is expected. An exception is a failure like any other. */
export async function check(what, find, expected = true) {
  let found
  try {
    found = await find()
  } catch (error) {
    found = String(error?.stack ?? error)
      .split('\n')
      .slice(0, 2)
      .join(' ')
  }
  if (isDeepStrictEqual(found, expected)) {
    console.log(`ok      ${what}`)
    return
  }
  console.log(`FAILED  ${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`)
  process.exitCode = 1
}

/** What the database says: the first column of each row, as text. */
export const sql = (query) =>
  execFileSync('psql', [process.env.DATABASE_URL, '-XAtqw', '-c', query], { encoding: 'utf8' })
    .split('\n')
    .slice(0, -1)

/** A number the database says. */
export const count = (query) => Number(sql(query)[0])

export const getJson = async (url) => {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.json()
}
