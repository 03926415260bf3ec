import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityFaults } from './support/accessibility'
import { DESKTOP, failing, launch, open, PHONE, picture } from './support/browser'

interface View {
  name: string
  path: string
  /** What of the server it cannot do without. */
  asks: string
  /** Stands on it once it has what it asked for. */
  shown: string
  /** Stands on it once its maps are drawn. */
  drawn?: string
}

/** Views beside the map, each with what it is made of. */
const VIEWS: View[] = [
  {
    name: 'compare',
    path: '/comparar?a=2015-01-01',
    asks: '**/api/standings?**',
    shown: '.compare-counts',
    drawn: 'section:last-of-type > [data-drawn]',
  },
  { name: 'briefing', path: '/informe?dep=Cajamarca', asks: '**/api/changes?**', shown: '.briefing h2' },
  { name: 'cases', path: '/casos', asks: '**/api/cases?**', shown: '.case-matched' },
  { name: 'counts', path: '/cifras', asks: '**/api/schemes/*/counts?**', shown: '.case-total' },
  { name: 'about', path: '/acerca', asks: '**/api/catalogue', shown: 'main .data-table tbody tr' },
]

const LOOKS = [
  { language: 'es', size: DESKTOP, dark: false },
  { language: 'en', size: DESKTOP, dark: true },
  { language: 'es', size: PHONE, dark: true },
  { language: 'en', size: PHONE, dark: false },
  { language: 'es', size: { width: 320, height: 640 }, dark: false },
]

const withLanguage = (path: string, language: string) =>
  `${path}${path.includes('?') ? '&' : '?'}idioma=${language}`

/** No page scrolls sideways, whatever scrolls within it. */
const overflow = (page: Page) =>
  page.evaluate(() => {
    const main = document.querySelector('main') as HTMLElement
    return Math.max(
      document.documentElement.scrollWidth - document.documentElement.clientWidth,
      main.scrollWidth - main.clientWidth,
    )
  })

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

describe.each(VIEWS)('$name', ({ name, path, asks, shown, drawn }) => {
  it.each(LOOKS)('is whole in $language at $size.width px, dark $dark', async ({ language, size, dark }) => {
    const { page, watch, close } = await open(browser, {
      path: withLanguage(path, language),
      size,
      dark,
    })
    await page.waitForSelector(shown)
    if (drawn) await page.waitForSelector(drawn, { state: 'attached' })
    expect(await overflow(page)).toBe(0)
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language)
    await picture(page, `state-${name}-${language}-${size.width}-${dark ? 'dark' : 'light'}`)
    watch.expectClean()
    await close()
  })

  it('says plainly that the server failed, and mends it when asked again', async () => {
    const { page, close } = await open(browser, {
      path: withLanguage(path, 'es'),
      size: PHONE,
      prepare: (context) => context.route(asks, failing),
    })
    await page.waitForSelector('[role=alert]')
    const told = (await page.textContent('[role=alert]')) ?? ''
    expect(told).toContain('fault-42')
    expect(told).not.toMatch(/Internal error|undefined|null|Error:/)
    expect(await accessibilityFaults(page)).toEqual([])
    await picture(page, `state-${name}-failed`)
    await page.context().unroute(asks, failing)
    await page.click('[role=alert] button')
    await page.waitForSelector(shown)
    await page.waitForSelector('[role=alert]', { state: 'detached' })
    await close()
  })

  it('without a server it says so, and is there again with it', async () => {
    const gone = (route: Route) => route.abort('internetdisconnected')
    const { page, close } = await open(browser, {
      path: withLanguage(path, 'en'),
      prepare: (context) => context.route(asks, gone),
    })
    await page.waitForSelector('[role=alert]')
    expect(await page.textContent('[role=alert]')).toContain('The server cannot be reached')
    await page.context().unroute(asks, gone)
    await page.click('[role=alert] button')
    await page.waitForSelector(shown)
    await close()
  })

  it('says that it is loading while the server is slow', async () => {
    let answer = () => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    const { page, close } = await open(browser, {
      path: withLanguage(path, 'es'),
      prepare: (context) => context.route(asks, (route) => held.then(() => route.fallback())),
    })
    await page.waitForSelector('[role=status]', { state: 'attached' })
    await expect
      .poll(() => page.evaluate(() => document.querySelector('main')?.textContent ?? ''))
      .toMatch(/Cargando|Leyendo|Preparando|Comparando|Reuniendo/)
    answer()
    await page.waitForSelector(shown)
    await close()
  })
})

it('a comparison in which nothing changed and a list with nothing in it say so', async () => {
  const { page, close } = await open(browser, { path: '/comparar?a=2026-01-01&b=2026-01-01&idioma=es' })
  await page.waitForSelector('.compare-counts')
  await expect.poll(() => page.textContent('main')).toContain('Ningún caso cambió')
  await picture(page, 'state-compare-empty')
  await page.goto(new URL('/casos?q=nadadeesto&idioma=es', page.url()).href)
  await expect.poll(() => page.textContent('main')).toContain('Ningún caso cumple las condiciones')
  await picture(page, 'state-cases-empty')
  await close()
})
