import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFaults } from './support/accessibility'
import { launch, open, PHONE, picture } from './support/browser'
import { ask } from './support/server'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

interface Answer {
  totals: { pairs: number; sum_over_pairs_ha: number }
  pairs: { a: { name: string } }[]
}

it.each([
  ['es', 'Cruzar', 'Suma de los pares'],
  ['en', 'Overlay', 'Sum over pairs'],
])('two layers are laid on one another, pair by pair, accessibly in %s', async (lang, run, sum) => {
  const { page, watch, close } = await open(browser, { path: `/cruces?idioma=${lang}` })
  await page.waitForSelector('.data-import select option:nth-of-type(3)', { state: 'attached' })
  await page.click(`.data-import button:has-text("${run}")`)
  await page.waitForSelector('.overlap-pairs tbody tr')
  const id = new URL(page.url()).searchParams.get('v')
  const answer = await ask<Answer>(`/api/overlaps/${id}`)
  const facts = (await page.textContent('.data-facts')) ?? ''
  const locale = lang === 'es' ? 'es-PE' : 'en'
  expect(facts).toContain(answer.totals.pairs.toLocaleString(locale))
  expect(facts).toContain(sum)
  await page.click('.overlap-pairs tbody button')
  await page.waitForFunction(
    () => Number(document.querySelector<HTMLElement>('.data-map')?.dataset.drawn) > 0,
  )
  await page.keyboard.press('ArrowDown')
  expect(await page.getAttribute('.overlap-pairs tr.is-chosen button', 'aria-pressed')).toBe('true')
  const second = await page.textContent('.overlap-pairs tr.is-chosen button')
  expect(second).toContain(answer.pairs[1]?.a.name ?? '')
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, `overlaps-${lang}`)
  // The pairs in another order, and what they come to by groups.
  await page.selectOption('.overlap-pairs select', 'a.name')
  const sorted = await ask<Answer>(`/api/overlaps/${id}?sort=a.name`)
  await page.waitForFunction(
    (name) => document.querySelector('.overlap-pairs tbody button')?.textContent?.includes(name),
    sorted.pairs[0]?.a.name ?? '',
  )
  await page.selectOption('.overlap-totals select', 'b.kind')
  await page.waitForSelector('.overlap-totals tbody tr')
  await page.selectOption('.overlap-totals select', 'watersheds')
  await page.waitForSelector('.overlap-totals tbody tr')
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, `overlaps-totals-${lang}`)
  // Its address has the same answer.
  await page.reload()
  await page.waitForSelector('.overlap-pairs tbody tr')
  expect(await page.textContent('.data-facts')).toBe(facts)
  watch.expectClean()
  await close()
})

it.each([
  ['es', 'Dibujar en el mapa', 'Cruzar', 'Expediente del área'],
  ['en', 'Draw on the map', 'Overlay', 'Dossier of the area'],
])('an area is drawn, overlaid and has a dossier, accessibly in %s', async (lang, draw, run, link) => {
  const { page, watch, close } = await open(browser, { path: `/cruces?idioma=${lang}` })
  await page.waitForSelector('.data-import select option:nth-of-type(3)', { state: 'attached' })
  await page.selectOption('.data-import select', 'area')
  await page.click(`.overlap-area button:has-text("${draw}")`)
  await page.waitForSelector('.overlap-drawing[data-ready=true]')
  expect(await accessibilityFaults(page)).toEqual([])
  const map = page.locator('.overlap-drawing')
  await map.scrollIntoViewIfNeeded()
  const box = await map.boundingBox()
  if (!box) throw new Error('the map has no place')
  // A square around the middle of the country, closed with Enter.
  for (const [x, y] of [
    [0.45, 0.35],
    [0.55, 0.35],
    [0.55, 0.65],
    [0.45, 0.65],
  ] as const) {
    await page.mouse.move(box.x + box.width * x, box.y + box.height * y)
    await page.mouse.click(box.x + box.width * x, box.y + box.height * y)
    await page.waitForTimeout(400)
  }
  await picture(page, `overlaps-drawing-${lang}`)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.overlap-drawing', { state: 'detached' })
  await page.fill('.overlap-area input[maxlength]', 'Proyecto <Sur>')
  await page.click(`.data-import button:has-text("${run}")`)
  await page.waitForSelector('.overlap-pairs tbody tr')
  const id = new URL(page.url()).searchParams.get('v')
  const answer = await ask<Answer & { area: { corners: number }; question: { area_name: string } }>(
    `/api/overlaps/${id}`,
  )
  expect([answer.area.corners, answer.question.area_name]).toEqual([4, 'Proyecto <Sur>'])
  await page.click('.overlap-pairs tbody button')
  await page.waitForFunction(
    () => Number(document.querySelector<HTMLElement>('.data-map')?.dataset.drawn) > 0,
  )
  await picture(page, `overlaps-area-${lang}`)
  // The address has the area, too.
  await page.reload()
  await page.waitForSelector('.overlap-pairs tbody tr')
  expect(await page.inputValue('.overlap-area input[maxlength]')).toBe('Proyecto <Sur>')
  await page.click(`a:has-text("${link}")`)
  await page.waitForSelector('.dossier h2')
  expect(await page.textContent('.dossier h1')).toBe('Proyecto <Sur>')
  expect(await page.locator('.dossier-cited a').count()).toBe(7)
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, `dossier-area-${lang}`)
  watch.expectClean()
  await close()
})

it('an area is brought as GeoJSON, and what is none is refused', async () => {
  const { page, watch, close } = await open(browser, { path: '/cruces' })
  await page.waitForSelector('.data-import select option:nth-of-type(3)', { state: 'attached' })
  await page.click('.overlap-area summary')
  await page.click('.overlap-area button[aria-expanded]:nth-of-type(2)')
  await page.fill('.overlap-area textarea', '{"type":"Point","coordinates":[-75,-10]}')
  await page.waitForSelector('.overlap-area .data-failed')
  expect(await accessibilityFaults(page)).toEqual([])
  const ring = '[[-76,-12],[-75,-12],[-75,-11],[-76,-11],[-76,-12]]'
  const geometry = `{"type":"Polygon","coordinates":[${ring}]}`
  const file = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":${geometry}}]}`
  await page.setInputFiles('.overlap-area input[type=file]', {
    name: 'area.geojson',
    mimeType: 'application/geo+json',
    buffer: Buffer.from(file),
  })
  await page.waitForSelector('.overlap-area input[maxlength]')
  expect(await page.locator('.overlap-area .data-failed').count()).toBe(0)
  await page.click('.data-import button[type=submit]')
  await page.waitForSelector('.data-facts')
  const id = new URL(page.url()).searchParams.get('v')
  const own = await ask<{ question: { area: { coordinates: unknown } } }>(`/api/overlaps/${id}`)
  expect(JSON.stringify(own.question.area.coordinates)).toContain('[-76.0,-12.0]'.replaceAll('.0', ''))
  watch.expectClean()
  await close()
})

it('says what is wrong with a question, on a phone too', async () => {
  const { page, close } = await open(browser, { path: '/cruces', size: PHONE })
  await page.waitForSelector('.data-import select option:nth-of-type(3)', { state: 'attached' })
  await page.click('.data-import details:not(.overlap-area) summary')
  await page.fill('.data-import details:not(.overlap-area) input', 'nada = 1')
  await page.click('.data-import button[type=submit]')
  await page.waitForSelector('.data-failed')
  expect(await page.textContent('.data-failed')).toContain('nada')
  await page.selectOption('.data-import label:nth-of-type(3) select', 'near')
  expect(await page.inputValue('.data-import input[type=number]')).toBe('5000')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, 'overlaps-phone')
  await close()
})

it.each([
  ['es', 'Lo que se cruza con él', 'no prueba'],
  ['en', 'What overlaps it', 'proves neither'],
])(
  'the dossier of one concession is one page that prints, accessibly in %s',
  async (lang, heading, caveat) => {
    const first = await ask<Answer & { pairs: { a: { id: number; name: string } }[] }>('/api/overlaps', {
      method: 'POST',
      body: JSON.stringify({ a: 'mining_concessions', b: 'indigenous_territories' }),
    })
    const subject = first.pairs[0]?.a
    const { page, watch, close } = await open(browser, {
      path: `/expediente?idioma=${lang}&capa=mining_concessions&id=${subject?.id}`,
    })
    await page.waitForSelector('.dossier h2')
    const text = (await page.textContent('.dossier')) ?? ''
    for (const expected of [subject?.name ?? '', heading, caveat]) expect(text).toContain(expected)
    // It says which answers it is made of, and its address keeps the time of knowing.
    expect(await page.locator('.dossier-cited a').count()).toBe(7)
    expect(new URL(page.url()).searchParams.get('conocido')).toBeTruthy()
    expect(await page.locator('.dossier-map path.dossier-subject').count()).toBe(1)
    expect(await accessibilityFaults(page)).toEqual([])
    await picture(page, `dossier-${lang}`)
    const pdf = await page.pdf({ preferCSSPageSize: true })
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(1)
    await page.emulateMedia({ media: 'print' })
    expect(await page.isVisible('.data-header')).toBe(false)
    await page.emulateMedia({ media: 'screen' })
    await page.reload()
    await page.waitForSelector('.dossier h2')
    expect(await page.textContent('.dossier')).toBe(text)
    watch.expectClean()
    await close()
  },
)

it('a dossier of nothing says what its address needs, on a phone too', async () => {
  const { page, close } = await open(browser, { path: '/expediente?capa=nada', size: PHONE })
  await page.waitForSelector('.data-failed')
  expect(await page.textContent('.data-failed')).toContain('capa=mining_concessions')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await accessibilityFaults(page)).toEqual([])
  await close()
})
