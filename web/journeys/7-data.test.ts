import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFaults } from './support/accessibility'
import { launch, open, PHONE, picture } from './support/browser'
import { ask } from './support/server'

const TOKEN = process.env.RIMAY_EDIT_TOKEN ?? ''

let browser: Browser
let folder: string
beforeAll(async () => {
  browser = await launch()
  folder = mkdtempSync(join(tmpdir(), 'rimay-data-'))
})
afterAll(async () => {
  await browser.close()
  rmSync(folder, { recursive: true })
})

/** A file of protected areas, a layer in which nothing else looks. */
function write(name: string, areas: [string, number][]): string {
  const features = areas.map(([title, west]) => ({
    type: 'Feature',
    properties: { code: title, name: title, stated_area_ha: 1 },
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [west, -10],
          [west + 0.1, -10],
          [west + 0.1, -9.9],
          [west, -9.9],
          [west, -10],
        ],
      ],
    },
  }))
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify({ type: 'FeatureCollection', features }))
  return path
}

async function choose(page: Page, file: string): Promise<void> {
  await page.fill('.data-import input[type=password]', TOKEN)
  await page.setInputFiles('.data-import input[type=file]', file)
  await page.selectOption('.data-import select', 'protected_areas')
  await page.click('.data-import button[type=submit]')
}

it.each(['es', 'en'])(
  'tells of every layer what it holds and where it is, accessibly in %s',
  async (lang) => {
    const { page, watch, close } = await open(browser, { path: `/datos?idioma=${lang}` })
    await page.waitForSelector('.data-layer')
    const { layers } = await ask<{ layers: { id: string; count: number; title: Record<string, string> }[] }>(
      '/api/catalogue',
    )
    expect(await page.locator('.data-layer').count()).toBe(layers.length)
    for (const { id, title } of layers) {
      expect(await page.textContent(`#${id} h2`)).toContain(title[lang])
    }
    await page.click('#mining_concessions details:first-of-type summary')
    expect(await page.textContent('#mining_concessions table')).toContain('legal_area_ha')
    await page.click('#mining_concessions details:last-of-type summary')
    await page.waitForSelector('#mining_concessions .data-vintages li')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.click('#mining_concessions .data-addresses li:nth-of-type(2) button')
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect((await fetch(copied)).headers.get('content-type')).toBe('application/geo+json')
    await picture(page, `data-${lang}`)
    watch.expectClean()
    await close()
  },
)

it('a file is examined, looked at, committed, and taken back', async () => {
  const { page, watch, close } = await open(browser, { path: '/datos' })
  await page.waitForSelector('.data-import')
  await choose(
    page,
    write('areas.geojson', [
      ['Uno', -76],
      ['Dos', -75],
    ]),
  )
  await page.waitForSelector('.data-import .is-main')
  const report = await page.textContent('.data-import')
  expect(report).toContain('2 agregados, 0 cambiados, 0 quitados')
  expect(report).toContain('stated_area_ha: distinta del área medida: 2')
  await page.waitForFunction(
    () => document.querySelector<HTMLElement>('.data-map')?.dataset.drawn !== undefined,
  )
  expect(await page.getAttribute('.data-map', 'data-drawn')).not.toBe('0')
  await page.click('.data-import summary:has-text("Lista de los cambios: 2")')
  expect(await page.textContent('.data-import details[open]')).toContain('Uno')
  const saved = page.waitForEvent('download')
  await page.click('.data-import .data-actions .link:has-text("GeoJSON")')
  const changes = JSON.parse(readFileSync((await (await saved).path()) ?? '', 'utf8'))
  expect(changes.features).toHaveLength(2)
  expect(await accessibilityFaults(page)).toEqual([])
  // What is changed after the examination is not committed unseen.
  await page.fill('.data-import input[type=date]', '2024-01-31')
  expect(await page.isDisabled('.data-import .is-main')).toBe(true)
  expect(await page.textContent('.data-import')).toContain('examine de nuevo antes de confirmar')
  await page.click('.data-import button[type=submit]')
  await page.waitForSelector('.data-import .is-main:not([disabled])')
  expect(await page.textContent('.data-import .data-facts')).toContain('fuente areas, del 31-ene-2024')
  const before = await ask<{ numberMatched: number }>('/ogc/collections/protected_areas/items')
  expect(before.numberMatched).toBe(0)
  await page.click('.data-import .is-main')
  await page.waitForFunction(() => document.querySelector('#protected_areas dd')?.textContent === '2')
  await page.click('#protected_areas details:last-of-type summary')
  await page.waitForSelector('#protected_areas .data-vintages li')
  page.on('dialog', (dialog) => dialog.accept())
  await page.click('#protected_areas .data-vintages button')
  await page.waitForFunction(() => document.querySelector('#protected_areas dd')?.textContent === '0')
  await page.waitForFunction(() =>
    document.querySelector('#protected_areas .data-vintages')?.textContent?.includes('deshecha el'),
  )
  watch.expectClean()
  await close()
})

it('columns are told, kept, and taken for the next file', async () => {
  const { page, watch, close } = await open(browser, { path: '/datos' })
  await page.waitForSelector('.data-import')
  const table = (name: string, row: string) => {
    const path = join(folder, name)
    writeFileSync(path, `NRO,DENOMINACION,X_GEO,Y_GEO\n${row}\n`)
    return path
  }
  const columns = (field: string) => page.locator('.data-columns tr', { hasText: field }).locator('select')
  const submit = '.data-import button[type=submit]'
  await page.fill('.data-import input[type=password]', TOKEN)
  await page.setInputFiles('.data-import input[type=file]', table('enero.csv', '7,Uno,-75,-10'))
  await page.selectOption('.data-import select', 'conflicts')
  await page.click('.data-import details:not(.data-columns) > summary')
  await page.fill('.data-options label:nth-of-type(1) input', 'EPSG:4326')
  await page.click(submit)
  await page.waitForSelector('.data-columns[open]')
  expect(await page.textContent('.data-progress')).toContain('DENOMINACION')
  const told = { name: 'DENOMINACION', code: 'NRO', longitude: 'X_GEO', latitude: 'Y_GEO' }
  for (const [field, column] of Object.entries(told)) await columns(field).first().selectOption(column)
  await page.fill('.data-keep input', 'Casos en tabla')
  await page.click('.data-keep button')
  await page.waitForFunction(() => document.querySelector('.data-columns [role=status]')?.textContent)
  expect(await accessibilityFaults(page)).toEqual([])
  await page.locator('.data-columns').scrollIntoViewIfNeeded()
  await picture(page, 'data-columns')
  await page.click(submit)
  await page.waitForSelector('.data-import .is-main')
  expect(await page.textContent('.data-facts:last-of-type')).toContain('1')
  await page.click('.data-import > form > .data-actions .button:last-of-type')
  await page.waitForSelector('.data-progress', { state: 'detached' })
  // What was said of the file before is said of it alone.
  expect(await page.inputValue('.data-options label:nth-of-type(1) input')).toBe('')
  await page.click('.data-import details:not(.data-columns) > summary')
  await page.fill('.data-options label:nth-of-type(1) input', 'EPSG:4326')
  await page.setInputFiles('.data-import input[type=file]', table('febrero.csv', '8,Dos,-75,-10'))
  await page.click(submit)
  await page.waitForSelector('.data-columns[open] label select option:nth-of-type(2)', { state: 'attached' })
  await page.selectOption('.data-columns label select', 'Casos en tabla')
  expect(await columns('code').first().inputValue()).toBe('NRO')
  await page.click(submit)
  await page.waitForSelector('.data-import .is-main')
  watch.expectClean()
  await close()
})

it('says what is wrong with a file or a token, on a phone too', async () => {
  const { page, close } = await open(browser, { path: '/datos', size: PHONE })
  await page.waitForSelector('.data-import')
  const broken = join(folder, 'roto.geojson')
  writeFileSync(broken, '<html>')
  await choose(page, broken)
  await page.waitForSelector('.data-progress .data-failed')
  expect(await page.textContent('.data-progress')).toContain('roto.geojson no contiene GeoJSON')
  expect(await page.evaluate(() => document.querySelector('.data-import')?.scrollWidth)).toBeLessThanOrEqual(
    390,
  )
  expect(await accessibilityFaults(page)).toEqual([])
  await page.click('.data-import .data-actions:last-of-type .button:last-of-type')
  await page.waitForSelector('.data-progress', { state: 'detached' })
  await page.fill('.data-import input[type=password]', 'otro')
  await page.setInputFiles('.data-import input[type=file]', write('c.geojson', [['Tres', -74]]))
  await page.click('.data-import button[type=submit]')
  await page.waitForSelector('.data-import > form > .data-failed')
  expect(await page.textContent('.data-import > form > .data-failed')).toContain('token')
  await close()
})
