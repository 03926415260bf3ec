// For clients that run in a browser: one that needs no screen, and a web server for somebody else's pages.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))('playwright-core')
const TYPES = { '.mjs': 'text/javascript', '.js': 'text/javascript', '.css': 'text/css' }

export const MAPLIBRE = fileURLToPath(new URL('../../web/node_modules/maplibre-gl/dist', import.meta.url))
export const OPENLAYERS = fileURLToPath(new URL('node_modules/ol/dist', import.meta.url))

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

/** Serves `html` at the root, and the files of `folder` beside it. */
export async function servePage(html, folder) {
  const server = createServer(async ({ url }, response) => {
    // MapLibre asks for its worker with a query string.
    const { pathname } = new URL(url, 'http://localhost')
    if (pathname === '/') return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html)
    try {
      const body = await readFile(join(folder, pathname))
      response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'text/plain' }).end(body)
    } catch {
      response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end()
    }
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
