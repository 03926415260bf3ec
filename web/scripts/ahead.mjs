// Names the files of the map in the page, so that it can ask for them before it reads them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const dist = new URL('../dist/', import.meta.url)
const files = readdirSync(new URL('assets', dist))
  .filter((name) => /^maplibre.*\.(js|css)$/.test(name))
  .map((name) => `/assets/${name}`)
if (files.length < 3) throw new Error('the map has a style sheet, a library and a worker')
const page = new URL('index.html', dist)
const html = readFileSync(page, 'utf8')
writeFileSync(
  page,
  html.replace('</head>', `  <meta name="map-files" content="${files.join(' ')}" />\n  </head>`),
)
