import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFaults } from './support/accessibility'
import { launch, NO_WEBGL, open, PHONE, picture, settled } from './support/browser'
import { drawnCases, drawnIn, onScreen } from './support/drawn'
import { ask, rowsOf } from './support/server'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

interface Timeline {
  number_matched: number
  months: { month: string; events: number; protests: number; began: number; ended: number }[]
  meant?: { number_matched: number; features: number[]; events: number }
}

const PERIOD = { from: '2012-01-01', to: '2016-12-31' }
const inPeriod = () => ask<Timeline>(`/api/timeline?happened=${PERIOD.from}/${PERIOD.to}`)

/** Cases that the list says it has, without a place as well. */
const listed = async (page: Page) =>
  Number(/\d+/.exec((await page.textContent('.list-summary')) ?? '')?.[0] ?? Number.NaN)

const widthOf = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth)

/** The counts of the states, which are those of the whole country. */
const counted = async (page: Page) =>
  (await page.locator('#filters .states').first().locator('.count').allTextContents())
    .map(Number)
    .reduce((a, b) => a + b, 0)

it('a period is written, and map, list, counts and API agree on its cases', async () => {
  const { meant } = await inPeriod()
  if (!meant) throw new Error('the period is told')
  expect(meant.number_matched).toBeGreaterThan(3)
  const { page, watch, close } = await open(browser)
  await settled(page)
  await page.fill('.timeline-days label:first-of-type input', PERIOD.from)
  await page.fill('.timeline-days label:last-of-type input', PERIOD.to)
  await page.waitForFunction(({ from, to }) => location.search.includes(`periodo=${from}..${to}`), PERIOD)
  await expect.poll(() => counted(page)).toBe(meant.number_matched)
  await settled(page)
  const list = await rowsOf('conflicts', `&happened=${PERIOD.from}/${PERIOD.to}`)
  expect(list.number_matched).toBe(meant.number_matched)
  await expect.poll(() => drawnCases(page)).toBe(list.number_matched - list.number_without_place)
  await expect.poll(() => listed(page)).toBe(list.number_matched - list.number_without_place)
  expect(await page.textContent('.timeline-summary')).toContain(`${meant.number_matched} caso`)
  await picture(page, 'timeline-es')
  expect(await accessibilityFaults(page)).toEqual([])
  // A chip lets go of it, and Back brings it again.
  await page.click('.list .chip')
  await page.waitForFunction(() => !location.search.includes('periodo'))
  await page.goBack()
  await page.waitForFunction(() => location.search.includes('periodo'))
  watch.expectClean()
  await close()
})

it('a period is dragged over the bars, moved by arrow keys and by steps, and played', async () => {
  const { page, watch, close } = await open(browser, { path: '/mapa?idioma=en' })
  await settled(page)
  const chart = page.locator('.timeline-chart')
  await chart.waitFor()
  const box = await chart.boundingBox()
  if (!box) throw new Error('the chart is seen')
  const periodOf = () =>
    page.evaluate(() => new URLSearchParams(location.search).get('periodo')?.split('..') ?? null)
  await page.mouse.move(box.x + box.width * 0.55, box.y + 20)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.7, box.y + 20, { steps: 4 })
  await page.mouse.up()
  await expect.poll(periodOf).not.toBeNull()
  const dragged = await periodOf()
  await page.locator('.timeline-handle').first().focus()
  await page.keyboard.press('ArrowLeft')
  await expect.poll(async () => ((await periodOf())?.[0] ?? '') < (dragged?.[0] ?? '')).toBe(true)
  expect((await periodOf())?.[1]).toBe(dragged?.[1])
  await page.click('.timeline [aria-label="Period before"]')
  await expect.poll(async () => ((await periodOf())?.[1] ?? '') < (dragged?.[0] ?? '')).toBe(true)
  const before = await periodOf()
  await page.click('.timeline [aria-label="Go on by itself"]')
  await expect.poll(periodOf, { timeout: 10_000 }).not.toEqual(before)
  await page.click('.timeline [aria-label="Stop"]')
  await page.click('.timeline button:has-text("Any time")')
  await expect.poll(periodOf).toBeNull()
  // The bars are a table, too, and its sum is what the API says.
  const { months } = await ask<Timeline>('/api/timeline')
  const sum = months.reduce((all, { events, began, ended }) => all + events + began + ended, 0)
  const cells = await page.locator('.timeline table td').allTextContents()
  expect(cells.map((text) => Number(text.replace(',', ''))).reduce((a, b) => a + b, 0)).toBe(sum)
  watch.expectClean()
  await close()
})

it('severity, type and scheme leave the same cases on the map, in the list and in its file', async () => {
  const crisis = "state = 'activo' AND phase = 'crisis'"
  const expected = await rowsOf('conflicts', `&filter=${encodeURIComponent(crisis)}&type=socioambiental`)
  const { page, watch, close } = await open(browser)
  await settled(page)
  await page.click('.more-filters summary')
  await page.check('.more-filters input >> nth=0')
  await page.selectOption('label.department:has-text("Tipo de conflicto") select', 'socioambiental')
  await page.waitForFunction(() => /gravedad=5/.test(location.search) && /tipo=/.test(location.search))
  await expect.poll(() => counted(page)).toBe(expected.number_matched)
  await expect.poll(() => drawnCases(page)).toBe(expected.number_matched - expected.number_without_place)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click('.list-foot a:has-text("CSV")'),
  ])
  const rows =
    readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n').length - 1
  expect(rows).toBe(expected.number_matched)
  await picture(page, 'severity-es')
  expect(await accessibilityFaults(page)).toEqual([])
  watch.expectClean()
  await close()
})

it('the country is told by department, and a department leads to its cases', async () => {
  const { page, watch, close } = await open(browser, { path: '/mapa?vista=departamentos' })
  await settled(page)
  await expect.poll(() => drawnIn(page, 'panorama')).toBeGreaterThan(10)
  expect(await drawnCases(page).catch(() => 0)).toBe(0)
  const signs = await page.evaluate(() =>
    (window.map?.queryRenderedFeatures({ layers: ['panorama'] }) ?? []).map(({ properties, geometry }) => ({
      name: String(properties.name),
      count: Number(properties.point_count),
      point: geometry.type === 'Point' ? (geometry.coordinates as [number, number]) : null,
    })),
  )
  for (const { name, count } of signs) {
    const list = await rowsOf('conflicts', `&department=${encodeURIComponent(name)}`)
    expect(count, name).toBe(list.number_matched)
  }
  await picture(page, 'panorama-es')
  const largest = signs.toSorted((a, b) => b.count - a.count)[0]
  if (!largest?.point) throw new Error('departments have places')
  const { x, y } = await onScreen(page, largest.point)
  await page.mouse.click(x, y)
  await page.waitForFunction(() => location.search.includes('dep='))
  await settled(page)
  expect(await page.inputValue('label.department:has-text("Departamento") select')).not.toBe('')
  await expect.poll(() => drawnIn(page, 'panorama')).toBe(0)
  watch.expectClean()
  await close()
})

it.each([
  ['a4', 'horizontal', [842, 595]],
  ['a3', 'vertical', [842, 1191]],
])('a sheet of %s, %s, prints on one page with map, legend, scale and sources', async (paper, way, size) => {
  const { page, watch, close } = await open(browser, {
    path: `/lamina?papel=${paper}&hoja=${way}&titulo=Reuni%C3%B3n&estado=activo`,
    dark: true,
  })
  await page.waitForSelector('.sheet-map img', { state: 'attached', timeout: 60_000 })
  expect(await page.textContent('.sheet-title')).toBe('Reunión')
  const { number_matched: active } = await rowsOf('conflicts', '&state=activo')
  expect(await page.textContent('.sheet-margin')).toContain(`${active} de`)
  expect(await page.textContent('.sheet-margin')).toContain('Activo')
  expect(await page.textContent('.sheet-foot')).toMatch(/Fuentes.*revisión \d+.*\/lamina\?/s)
  expect(await page.locator('.maplibregl-ctrl-scale').count()).toBe(1)
  // As many dots as paper shows: more than 250 an inch.
  const [dots, inches] = await page.evaluate(() => {
    const image = document.querySelector<HTMLImageElement>('.sheet-map img')
    const box = document.querySelector('.sheet-map')?.getBoundingClientRect()
    return [image?.naturalWidth ?? 0, (box?.width ?? 1) / 96]
  })
  expect((dots ?? 0) / (inches ?? 1)).toBeGreaterThan(250)
  await picture(page, `sheet-${paper}`)
  expect(await accessibilityFaults(page)).toEqual([])
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1')
  const boxes = [...pdf.matchAll(/MediaBox *\[ *0 0 ([\d.]+) ([\d.]+)/g)].map(([, ...sides]) =>
    sides.map((side) => Math.round(Number(side))),
  )
  expect(boxes).toEqual([size])
  watch.expectClean()
  await close()
})

it('two dates stand side by side, counted as the API counts, and move together', async () => {
  const days = ['2010-12-31', '2016-12-31']
  const { page, watch, close } = await open(browser, { path: `/comparar?a=${days[0]}&b=${days[1]}` })
  await page.waitForFunction(() => document.querySelectorAll('.compare .data-map[data-drawn]').length === 2)
  for (const [at, day] of days.entries()) {
    const told = await ask<{ number_matched: number; counts: Record<string, number> }>(
      `/api/standings?on=${day}`,
    )
    const text = (await page.locator('.compare-counts').nth(at).textContent()) ?? ''
    expect(text).toContain(`${told.number_matched} caso`)
    expect(text).toContain(`Activo: ${told.counts.activo ?? 0}`)
  }
  const { changes } = await ask<{ changes: { feature: number | null }[] }>(
    `/api/changes?since=${days[0]}&until=${days[1]}`,
  )
  const shown = changes.filter(({ feature }) => feature !== null).length
  expect(await page.locator('.compare tbody tr').count()).toBe(shown)
  await picture(page, 'compare-es')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.setViewportSize(PHONE)
  expect(await widthOf(page)).toBeLessThanOrEqual(PHONE.width)
  await picture(page, 'compare-phone')
  await page.fill('.compare-dates input >> nth=0', '2020-01-01')
  await page.waitForSelector('[role=alert]')
  watch.expectClean()
  await close()
  const english = await open(browser, { path: '/comparar?idioma=en' })
  await english.page.waitForSelector('.compare h1')
  expect(await english.page.textContent('h1')).toBe('Two dates, side by side')
  await english.close()
})

it('without WebGL dates are compared in figures and a list, and the sheet says what it lacks', async () => {
  const plain = await launch(NO_WEBGL)
  const { page, close } = await open(plain, { path: '/comparar?a=2010-12-31&b=2016-12-31' })
  await page.waitForSelector('.compare tbody tr')
  await expect.poll(() => page.textContent('.compare')).toContain('no puede dibujar mapas')
  expect(await page.locator('.compare-counts').count()).toBe(2)
  await close()
  const sheet = await open(plain, { path: '/lamina' })
  await expect.poll(() => sheet.page.textContent('.sheet-tools')).toContain('WebGL2')
  await sheet.close()
  await plain.close()
})

it.each(['es', 'en'])(
  'whoever comes for the first time is shown around in five steps, in %s',
  async (lang) => {
    const { page, watch, close } = await open(browser, {
      path: '/mapa',
      locale: lang === 'es' ? 'es-PE' : 'en-GB',
      firstVisit: true,
    })
    const seen = []
    await page.waitForSelector('.tour')
    for (let step = 1; step <= 5; step++) {
      await page.waitForFunction(
        (at) => document.querySelector('.tour-count')?.textContent?.startsWith(String(at)),
        step,
      )
      seen.push(await page.textContent('.tour h2'))
      await page.waitForFunction(() => document.activeElement?.closest('.tour'))
      if (step === 1) {
        await picture(page, `tour-${lang}`)
        expect(await accessibilityFaults(page)).toEqual([])
      }
      await page.keyboard.press('Enter')
    }
    expect(new Set(seen).size).toBe(5)
    expect(await page.locator('.tour').count()).toBe(0)
    watch.expectClean()
    await page.reload()
    await settled(page)
    expect(await page.locator('.tour').count(), 'only once').toBe(0)
    await page.click(`.tools [aria-label^="${lang === 'es' ? 'Ayuda' : 'Help'}"]`)
    await page.click(
      `.help button:has-text("${lang === 'es' ? 'Repetir el recorrido' : 'Take the tour again'}")`,
    )
    await page.waitForSelector('.tour')
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => !document.querySelector('.tour'))
    await close()
  },
)

it.each(['es', 'en'])(
  'the page about it says whose data these are and what words mean, in %s',
  async (lang) => {
    const { page, watch, close } = await open(browser, {
      path: `/acerca?idioma=${lang}#glosario`,
      size: PHONE,
    })
    await page.waitForSelector('.about tbody tr')
    expect(await page.locator('#glosario + dl dt').count()).toBeGreaterThan(10)
    expect(await page.textContent('.about')).toContain('CC-BY-4.0')
    expect(await widthOf(page)).toBeLessThanOrEqual(PHONE.width)
    await picture(page, `about-${lang}`)
    expect(await accessibilityFaults(page)).toEqual([])
    watch.expectClean()
    await close()
  },
)

it('what was last seen is read without a server, with its date, and mended when it is back', async () => {
  const { page, close } = await open(browser, { path: '/mapa?estado=activo', keeping: true, unguarded: true })
  await settled(page)
  const rows = await page.locator('.row').count()
  const drawn = await drawnCases(page)
  expect(drawn).toBeGreaterThan(0)
  const isKept = () =>
    page.evaluate(async () => {
      const names = await caches.keys()
      const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
      const paths = keys.flat().map(({ url }) => new URL(url).pathname)
      const isThere = paths.includes('/mapa') && paths.some((path) => path.endsWith('/features'))
      return isThere && navigator.serviceWorker.controller !== null
    })
  await expect.poll(isKept, { timeout: 20_000 }).toBe(true)
  // Other pages than the map's own views do not take its place.
  await page.goto(`${new URL(page.url()).origin}/api/catalogue`)
  await page.goBack()
  await settled(page)
  // What comes after it was kept as well.
  await page.waitForTimeout(2000)
  await page.context().setOffline(true)
  await page.goto(`${new URL(page.url()).origin}/mapa?abrir=ultima`)
  await page.waitForSelector('[data-kept]')
  expect(await page.textContent('[data-kept]')).toMatch(/lo último que se vio, del \d\d-\w{3,4}-\d{4}/)
  expect(await page.evaluate(() => location.search)).toContain('estado=activo')
  await expect.poll(() => page.locator('.row').count()).toBe(rows)
  await expect.poll(() => drawnCases(page), { timeout: 15_000 }).toBe(drawn)
  await picture(page, 'offline-es')
  await page.context().setOffline(false)
  await expect.poll(() => page.locator('[data-kept]').count(), { timeout: 15_000 }).toBe(0)
  await close()
})

it('it can be installed', async () => {
  const { page, close } = await open(browser)
  const manifest = await page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=manifest]')
    const answer = await fetch(link?.href ?? '')
    return { kind: answer.headers.get('content-type'), ...(await answer.json()) }
  })
  expect(manifest.kind).toContain('manifest+json')
  expect(manifest).toMatchObject({ display: 'standalone', start_url: '/mapa?abrir=ultima', lang: 'es' })
  for (const { src, type } of manifest.icons) {
    const icon = await page.evaluate(async (path) => (await fetch(path)).headers.get('content-type'), src)
    expect(icon, src).toContain(type)
  }
  await close()
})
