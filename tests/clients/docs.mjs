// Runs what docs/gis.md and its Spanish twin give to copy, each block as its reader would: in an empty directory, with
// only the address and the token being this server's. Both documents must give the same.
//   node docs.mjs [LANGUAGE,…]     only the blocks in these languages
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { MAPLIBRE, OPENLAYERS, openBrowser, openTab, servePage } from './browser.mjs'

const DOCUMENTS = ['docs/gis.md', 'docs/sig.md']
const PRINTED_ADDRESS = 'http://127.0.0.1:8080'
const TIMEOUT_MS = 120_000
// QGIS's console has started QGIS already. It may crash while Python cleans up, after all is done.
const IN_QGIS = `
import os, sys
from qgis.core import QgsApplication, QgsProject
application = QgsApplication([], False)
application.initQgis()
exec(open("block").read())
layers = QgsProject.instance().mapLayers().values()
if not layers or not all(layer.isValid() for layer in layers):
    sys.exit(f"QGIS has no valid layers: {[layer.error().message() for layer in layers]}")
sys.stdout.flush()
os._exit(0)
`
// What programs say about an answer that is no good although they end well.
const BAD_WORDS = /^(ERROR|Warning) \d+:.*|"features": ?\[\]|^Feature Count: 0$|^\(0 rows\)$/m

const LANGUAGES = {
  sh: { run: () => program('bash', '-euo', 'pipefail', 'block'), comment: /(^|\s)# .*$/gm },
  python: { run: runPython, comment: /(^|\s)# .*$/gm },
  r: { run: () => program('Rscript', '--vanilla', 'block'), comment: /(^|\s)# .*$/gm },
  sql: {
    run: () => program('psql', process.env.DATABASE_URL, '-Xw', '-v', 'ON_ERROR_STOP=1', '-f', 'block'),
    comment: /(^|\s)-- .*$/gm,
  },
  html: { run: showPage, comment: /<!--.*?-->/gs },
}

const wanted = process.argv[2]?.split(',') ?? Object.keys(LANGUAGES)
const strange = wanted.find((language) => !LANGUAGES[language])
if (strange !== undefined) {
  console.error(`docs: "${strange}" is no language that can be run; there are ${Object.keys(LANGUAGES).join(', ')}`)
  process.exit(2)
}

const work = mkdtempSync(join(tmpdir(), 'rimay-docs-'))
const python = resolve(process.env.PYTHON)
const environment = { ...process.env, CURL_HOME: work, XDG_RUNTIME_DIR: work, PATH: withRimay() }
// By itself curl ends well with a refusal such as 400.
writeFileSync(join(work, '.curlrc'), 'fail-with-body\nsilent\nshow-error\n')
let browser

function withRimay() {
  mkdirSync(join(work, 'bin'))
  symlinkSync(resolve(process.env.RIMAY), join(work, 'bin', 'rimay'))
  return [join(work, 'bin'), process.env.PATH].join(delimiter)
}

/** The fenced blocks of a document: where each begins, its language and what it says. */
function blocksOf(path) {
  const blocks = []
  let open
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const [, fence, language] = /^\s*(```+|~~~+)\s*(.*)$/.exec(line) ?? []
    if (open && fence) open = undefined
    else if (open) open.text += `${line}\n`
    else if (fence) blocks.push((open = { where: `${path}:${index + 1}`, language, text: '' }))
  }
  if (open) open.unclosed = true
  return blocks
}

function program(name, ...parameters) {
  const cwd = join(work, 'here')
  const { status, signal, stdout, stderr, error } = spawnSync(name, parameters, {
    cwd,
    env: environment,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 256 * 2 ** 20,
  })
  const last = (text) => (text ?? '').trim().split('\n').slice(-3).join(' ').slice(-500)
  if (error) return error.message
  if (status !== 0) return `ended with ${status ?? signal}: ${last(stderr) || last(stdout)}`
  const files = readdirSync(cwd).filter((file) => file !== 'block')
  const empty = files.find((file) => statSync(join(cwd, file)).size === 0)
  if (empty) return `left the file ${empty} empty`
  if (!stdout.trim() && !files.length) return 'printed nothing and left no file; it should show what it found'
  return BAD_WORDS.exec(stderr + stdout)?.[0]
}

function runPython({ text }) {
  return /^(from|import) qgis\b/m.test(text) ? program('/usr/bin/python3', '-c', IN_QGIS) : program(python, 'block')
}

/** A page that sets `window.map`, on which something of each layer must come to be drawn. */
async function showPage({ text }) {
  browser ??= await openBrowser()
  const page = await servePage(text, text.includes('maplibre') ? MAPLIBRE : OPENLAYERS)
  const { tab, errors } = await openTab(browser)
  try {
    await tab.goto(page.address)
    const deadline = performance.now() + TIMEOUT_MS
    while (!errors.length && !(await tab.evaluate(isDrawn))) {
      if (performance.now() > deadline) return 'nothing of some layer of window.map is drawn'
      await setTimeout(200)
    }
  } catch (error) {
    errors.push(error.message)
  } finally {
    await tab.close()
    page.close()
  }
  return errors.map((error) => error.split('\n')[0]).join('; ')
}

// Runs in the page. MapLibre's maps know what they have drawn, those of OpenLayers what lies at a pixel.
function isDrawn() {
  const { map } = window
  if (map?.queryRenderedFeatures) {
    const drawn = map.loaded() ? map.queryRenderedFeatures().map(({ layer }) => layer.id) : []
    return drawn.length > 0 && map.getStyle().layers.every(({ id }) => drawn.includes(id))
  }
  const middle = map?.getSize()?.map((length) => length / 2)
  return Boolean(middle) && map.getFeaturesAtPixel(middle).length > 0
}

async function run(block) {
  const language = LANGUAGES[block.language]
  if (block.unclosed) return 'the block does not end; a line of three backticks would end it'
  if (!language) return `"${block.language}" is no language that can be run; there are ${Object.keys(LANGUAGES).join(', ')}`
  const text = block.text
    .replaceAll(PRINTED_ADDRESS, process.env.RIMAY_URL)
    .replace(/\bTOKEN\b/g, process.env.RIMAY_EDIT_TOKEN)
  rmSync(join(work, 'here'), { recursive: true, force: true })
  mkdirSync(join(work, 'here'))
  writeFileSync(join(work, 'here', 'block'), text)
  return language.run({ text })
}

function report(where, complaint) {
  console.log(complaint ? `FAILED  ${where}: ${complaint}` : `ok      ${where}`)
  if (complaint) process.exitCode = 1
}

const withoutComments = ({ language, text }) =>
  `${language} ${text.replace(LANGUAGES[language]?.comment ?? '', '').replace(/\s+/g, ' ')}`

/** Whether both documents give the same to copy, apart from comments. */
function compare(one, other) {
  const differing = one.findIndex((block, n) => !other[n] || withoutComments(block) !== withoutComments(other[n]))
  const at = differing < 0 && one.length < other.length ? one.length : differing
  if (at < 0) return undefined
  return `${one[at]?.where ?? DOCUMENTS[0]} and ${other[at]?.where ?? DOCUMENTS[1]} differ in more than comments`
}

const documents = DOCUMENTS.map(blocksOf)
const left = Object.keys(LANGUAGES).filter((language) => !wanted.includes(language))
if (left.length) console.log(`docs: only blocks in ${wanted.join(', ')} are run, as asked; not ${left.join(', ')}`)

report(`${DOCUMENTS.join(' and ')} give the same to copy`, compare(...documents))
// A language that nobody knows is a mistake whatever was asked for.
const blocks = documents.flat().filter(({ language }) => !left.includes(language))
if (!blocks.length) report(DOCUMENTS.join(' and '), `there is no block in ${wanted.join(', ')}`)
for (const block of blocks) {
  const begun = performance.now()
  const complaint = await run(block)
  report(`${block.where} ${block.language} (${((performance.now() - begun) / 1000).toFixed(1)} s)`, complaint)
}
await browser?.close()
rmSync(work, { recursive: true, force: true })
