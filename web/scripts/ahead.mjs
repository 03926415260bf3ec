// Names the files of the map in the page, so that it can ask for them before it reads them: all that its module is made of but
// what the page has already, and the worker.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

/** A module and all that it is made of, by their names in the manifest. */
function withImports(name, found = new Set()) {
  if (found.has(name)) return found
  found.add(name)
  for (const other of manifest[name].imports ?? []) withImports(other, found)
  return found
}

const page = withImports('index.html')
const map = [...withImports('src/map/start.ts')]
  .filter((name) => !page.has(name))
  .map((name) => manifest[name])
const worker = readdirSync(new URL('assets', dist)).filter((name) => /^maplibre-gl-worker.*\.js$/.test(name))
const files = [
  ...map.flatMap(({ file, css }) => [file, ...(css ?? [])]),
  ...worker.map((name) => `assets/${name}`),
].map((file) => `/${file}`)
if (worker.length !== 1 || files.length < 3)
  throw new Error('the map has a style sheet, a library and a worker')
const index = new URL('index.html', dist)
const html = readFileSync(index, 'utf8')
writeFileSync(
  index,
  html.replace('</head>', `  <meta name="map-files" content="${files.join(' ')}" />\n  </head>`),
)
rmSync(new URL('.vite', dist), { recursive: true })
