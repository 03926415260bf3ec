// For clients that run in a browser: one that needs no screen, and a web server for somebody else's pages.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))('playwright-core')
const TYPES = { '.mjs': 'text/javascript', '.js': 'text/javascript', '.css': 'text/css' }

/** Where the files are that a page with MapLibre or OpenLayers has beside it. */
export const MAPLIBRE = [fileURLToPath(new URL('../../web/node_modules/maplibre-gl/dist', import.meta.url))]
export const OPENLAYERS = ['node_modules/ol/dist', 'node_modules/ol'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
)

export const openBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
    ],
  })

/** Serves `html` at the root, and beside it the files of `folders`, of the first that has one. */
export async function servePage(html, folders) {
  const server = createServer(async ({ url }, response) => {
    // MapLibre asks for its worker with a query string.
    const { pathname } = new URL(url, 'http://localhost')
    if (pathname === '/') return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html)
    const path = folders.map((folder) => join(folder, pathname)).find(existsSync)
    if (!path) return response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end()
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain' }).end(await readFile(path))
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() }
}

/** A new tab and the list that collects what goes wrong in it. */
export async function openTab(browser) {
  const errors = []
  const tab = await browser.newPage()
  tab.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  tab.on('pageerror', (error) => errors.push(error.message))
  return { tab, errors }
}
