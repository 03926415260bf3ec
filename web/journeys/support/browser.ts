import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page, type Route } from 'playwright-core'
import { expect } from 'vitest'
import { SERVER } from './server'

const SOFTWARE_WEBGL = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist']
export const NO_WEBGL = ['--disable-gpu', '--disable-3d-apis']

export const DESKTOP = { width: 1280, height: 800 }
export const PHONE = { width: 390, height: 844 }

export const launch = (flags: string[] = SOFTWARE_WEBGL): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...flags],
  })

/** What must never happen on any page, collected while a journey runs. */
export class Watch {
  readonly errors: string[] = []
  readonly strays: string[] = []

  expectClean(): void {
    expect(this.strays, 'requests that left this machine').toEqual([])
    expect(this.errors, 'console errors and policy violations').toEqual([])
  }
}

interface Options {
  /** Another server than that of the journeys. */
  server?: string
  path?: string
  size?: { width: number; height: number }
  dark?: boolean
  /** Size of plain text in CSS pixels, where the reader asked for another than the browser's own. */
  textSize?: number
  /** The language the browser asks for first. */
  locale?: string
  /** Leaves requests alone: watching them slows each one and switches the browser's cache off. */
  unguarded?: boolean
  /** Lets the page keep what it shows. */
  keeping?: boolean
  /** Lets the tour begin. */
  firstVisit?: boolean
  /** Called before the page opens, to alter what the server answers. */
  prepare?: (context: BrowserContext) => Promise<unknown>
}

export interface Opened {
  page: Page
  watch: Watch
  close: () => Promise<void>
}

const isLoopback = (url: string) =>
  /^(data|blob):/.test(url) || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)

function guard(route: Route, watch: Watch): Promise<void> {
  const url = route.request().url()
  if (isLoopback(url)) return route.fallback()
  watch.strays.push(url)
  return route.abort()
}

/** Runs in the page: violations reach the console, and the moments that matter are kept. */
function instrument(): void {
  addEventListener('securitypolicyviolation', (event) => {
    console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`)
  })
  const moments: Record<string, number> = { shift: 0 }
  Object.assign(window, { moments })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number
      hadRecentInput: boolean
    })[]) {
      if (!entry.hadRecentInput) moments.shift = (moments.shift ?? 0) + entry.value
    }
  }).observe({ type: 'layout-shift', buffered: true })
  new MutationObserver(() => {
    if (!moments.list && document.querySelector('.row')) moments.list = performance.now()
    if (!moments.map && document.documentElement?.dataset.mapIdle) moments.map = performance.now()
  }).observe(document, { childList: true, subtree: true, attributes: true })
}

/** Chromium keeps the size of text among its own settings, out of reach but for its debugger. */
async function enlargeText(page: Page, standard: number): Promise<void> {
  const debug = await page.context().newCDPSession(page)
  await debug.send('Page.setFontSizes', { fontSizes: { standard } })
}

export async function open(browser: Browser, options: Options = {}): Promise<Opened> {
  const context = await browser.newContext({
    viewport: options.size ?? DESKTOP,
    locale: options.locale ?? 'es-PE',
    colorScheme: options.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
    // What is kept for want of a server would answer where a journey lets it fail.
    serviceWorkers: options.keeping ? 'allow' : 'block',
  })
  const watch = new Watch()
  await context.addInitScript(instrument)
  if (!options.firstVisit) await context.addInitScript(() => localStorage.setItem('rimay.tour', 'seen'))
  if (!options.unguarded) await context.route('**/*', (route) => guard(route, watch))
  await options.prepare?.(context)
  const page = await context.newPage()
  if (options.textSize) await enlargeText(page, options.textSize)
  page.on('console', (message) => {
    if (message.type() === 'error') watch.errors.push(message.text())
  })
  page.on('pageerror', (error) => watch.errors.push(error.message))
  await page.goto((options.server ?? SERVER) + (options.path ?? '/mapa'))
  return { page, watch, close: () => context.close() }
}

export const mapIdle = (page: Page) =>
  page.waitForSelector('html[data-map-idle="1"]', { state: 'attached', timeout: 30_000 })

export const listReady = (page: Page) =>
  page.waitForSelector('.list[aria-busy="false"] .row', { state: 'attached' })

/** Waits until the map rests and the list has answered. */
export async function settled(page: Page): Promise<void> {
  await mapIdle(page)
  await listReady(page)
}

/** A fault of the server, whose request has a number. */
export const failing = (route: Route) =>
  route.fulfill({
    status: 500,
    contentType: 'application/problem+json',
    body: JSON.stringify({
      type: 'about:blank',
      title: 'Internal error',
      status: 500,
      request_id: 'fault-42',
    }),
  })

/** Keeps a picture when the caller names a folder for them. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.RIMAY_SCREENSHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}
