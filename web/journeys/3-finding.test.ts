import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, open, PHONE, picture, settled } from './support/browser'
import { drawnCases, drawnIn, onScreen } from './support/drawn'
import { anyPlacedCase, ask, rowsOf } from './support/server'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

it('search leads to the card', async () => {
  const wanted = await anyPlacedCase()
  const { page, watch, close } = await open(browser)
  await settled(page)
  await page.fill('#search', wanted.name.slice(0, 60))
  await page.click(`.search-result:has-text(${JSON.stringify(wanted.name)})`)
  await page.waitForSelector('.card .fields')
  expect(await page.textContent('.card h2')).toBe(wanted.name)
  expect(page.url()).toContain(`sel=conflicts.${wanted.id}`)
  watch.expectClean()
  await close()
})

it('a search that finds much says how much, and shows the rest', async () => {
  const { page, watch, close } = await open(browser)
  await settled(page)
  await page.fill('#search', 'san')
  await page.waitForSelector('.search-more .button')
  expect(await page.locator('.search-result').count()).toBe(20)
  expect(await page.textContent('.search-more')).toContain('20 de')
  await page.click('.search-more .button')
  await expect.poll(() => page.locator('.search-result').count()).toBeGreaterThan(20)
  watch.expectClean()
  await close()
})

it('a department is found before all that is named after it', async () => {
  const { page, watch, close } = await open(browser)
  await settled(page)
  await page.fill('#search', 'cusco')
  await page.waitForSelector('.search-result')
  expect(await page.textContent('.search-result')).toContain('Departamentos')
  watch.expectClean()
  await close()
})

it('what was searched for leaves the link once a card is open', async () => {
  const { page, watch, close } = await open(browser, { path: '/mapa?q=cusco' })
  await settled(page)
  await page.click('.row')
  await page.waitForFunction(() => location.search.includes('sel='))
  expect(page.url()).not.toContain('q=')
  watch.expectClean()
  await close()
})

it('a click on the map opens a card, or a choice of what lies there', async () => {
  const wanted = await anyPlacedCase()
  const { page, watch, close } = await open(browser)
  await settled(page)
  const { x, y } = await onScreen(page, wanted.point as [number, number])
  await page.mouse.click(x, y)
  await page.waitForSelector('.detail .card, .detail .chooser')
  expect(await drawnCases(page)).toBeGreaterThan(0)
  watch.expectClean()
  await close()
})

it('the card of a case names what else lies there, and leads to it', async () => {
  const { features } = await rowsOf('conflicts')
  const { page, watch, close } = await open(browser, {
    path: `/mapa?sel=conflicts.${features.find((row) => row.point)?.id}`,
  })
  await page.waitForSelector('.also .row')
  expect(await page.textContent('.also')).toContain('Departamentos')
  const name = await page.textContent('.also .row .row-name')
  await page.click('.also .row')
  await page.waitForFunction((wanted) => document.querySelector('.card h2')?.textContent === wanted, name)
  watch.expectClean()
  await close()
})

it('a keyboard is enough', async () => {
  const wanted = await anyPlacedCase()
  const { page, watch, close } = await open(browser)
  await settled(page)
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.closest('.skip-links') !== null)).toBe(true)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.row:focus')
  await page.keyboard.press('ArrowDown')
  const second = await page.textContent('.row:focus .row-name')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.card .fields')
  expect(await page.textContent('.card h2')).toBe(second)
  await page.keyboard.press('[')
  await page.waitForFunction((name) => document.querySelector('.card h2')?.textContent !== name, second)
  await page.keyboard.press('Escape')
  await page.waitForSelector('.row:focus')
  await page.keyboard.press('/')
  await page.keyboard.type(wanted.name.slice(0, 60))
  await page.waitForSelector('.search-result')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.card .fields')
  await page.keyboard.press('Escape')
  await page.keyboard.press('m')
  await page.waitForSelector('.crosshair', { state: 'visible' })
  await settled(page)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.detail .card, .detail .chooser')
  watch.expectClean()
  await close()
})

it('single-letter shortcuts can be switched off', async () => {
  const { page, watch, close } = await open(browser)
  await settled(page)
  await page.keyboard.press('?')
  await page.click('dialog [role=switch]')
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog', { state: 'hidden' })
  await page.keyboard.press('/')
  expect(await page.evaluate(() => document.activeElement?.id)).not.toBe('search')
  watch.expectClean()
  await close()
})

it('a card is announced by its name, and closing it leads back to its row', async () => {
  const { page, watch, close } = await open(browser)
  await settled(page)
  await page.click('.row >> nth=14')
  await page.waitForSelector('.card h2:focus')
  const name = await page.textContent('.card h2')
  expect(await page.title()).toContain(name)
  const scrolled = await page.evaluate(() => document.querySelector('.side')?.scrollTop ?? -1)
  expect(scrolled).toBe(0)
  await page.click('.detail-bar .tool')
  await page.waitForSelector('.row:focus')
  expect(await page.textContent('.row:focus .row-name')).toBe(name)
  expect(await page.evaluate(() => document.querySelector('.side')?.scrollTop ?? 0)).toBeGreaterThan(0)
  expect(await page.title()).not.toContain(name)
  watch.expectClean()
  await close()
})

it('cases without a place are counted and listed apart', async () => {
  const { features } = await rowsOf('conflicts')
  const placeless = features.filter((row) => !row.point)
  if (placeless.length === 0) return
  const { page, close } = await open(browser, { path: '/mapa?prueba=1#m=9/-16.4/-71.5' })
  await settled(page)
  expect(await page.textContent('.list-summary')).toContain(`${placeless.length} sin ubicación`)
  expect(await page.locator('.rows-title + .rows .row').count()).toBe(placeless.length)
  await close()
})

it('by date, cases without one are listed last and apart', async () => {
  const items = await ask<{ features: { properties: { started_on: string | null } }[] }>(
    '/ogc/collections/conflicts/items?limit=2000',
  )
  const undated = items.features.filter(({ properties }) => !properties.started_on).length
  if (undated === 0) return
  const { page, watch, close } = await open(browser, { path: '/mapa?orden=recientes' })
  await settled(page)
  await page.waitForSelector('[aria-label="Sin fecha de inicio"] .row')
  const apart = page.locator('[aria-label="Sin fecha de inicio"] .row, [aria-label^="Sin ubicación"] .row')
  expect(await apart.count()).toBeGreaterThanOrEqual(undated)
  if (undated < items.features.length)
    expect(await page.textContent('.row-context')).toMatch(/inicio .*\d{4}|\d{4}–\d{4}/)
  watch.expectClean()
  await close()
})

it('the cases of one department can be asked for, shared and let go', async () => {
  const { page, watch, close } = await open(browser)
  await settled(page)
  const option = page.locator('.department option', { hasText: /\([1-9]\d*\)$/ }).first()
  const [, name = '', count = ''] = /^(.*) \((\d+)\)$/.exec((await option.textContent()) ?? '') ?? []
  await page.selectOption('.department select', name)
  await page.waitForFunction((wanted) => new URLSearchParams(location.search).get('dep') === wanted, name)
  await settled(page)
  await expect.poll(() => page.locator('.rows .row').count()).toBe(Number(count))
  await expect.poll(() => drawnCases(page)).toBeLessThanOrEqual(Number(count))
  await picture(page, 'es-department')
  expect(await drawnIn(page, 'department-line')).toBeGreaterThan(0)
  expect(await page.evaluate(() => location.hash)).toMatch(/^#m=/)
  await page.click('.filters .chip')
  await page.waitForFunction(() => !location.search.includes('dep='))
  await expect.poll(() => drawnIn(page, 'department-line')).toBe(0)
  watch.expectClean()
  await close()
})

it('a selected case that the filters hide is explained and drawn', async () => {
  const { features } = await rowsOf('conflicts')
  const hidden = features.find((row) => row.point && row.category && row.category !== 'latente')
  const { page, close } = await open(browser, { path: `/mapa?estado=latente&sel=conflicts.${hidden?.id}` })
  await settled(page)
  await page.waitForSelector('.card-note')
  expect(await page.textContent('.card-note')).toContain('Oculto')
  const drawn = () =>
    page.evaluate(() => window.map?.queryRenderedFeatures({ layers: ['selection-case'] }).length)
  await expect.poll(drawn).toBe(1)
  await page.click('.card-note .link')
  await page.waitForSelector('.card-note .link', { state: 'detached' })
  await close()
})

it('Enter over nothing says so', async () => {
  const { page, close } = await open(browser, { path: '/mapa#m=8/-18/-85' })
  await page.waitForSelector('html[data-map-idle="1"]', { state: 'attached' })
  await page.keyboard.press('m')
  await page.waitForSelector('.crosshair', { state: 'visible' })
  await page.keyboard.press('Enter')
  await page.waitForSelector('.map-said span')
  await close()
})

it('on a phone the card leaves its case in sight', async () => {
  const wanted = await anyPlacedCase()
  const { page, close } = await open(browser, { size: PHONE })
  await settled(page)
  await page.fill('#search', wanted.name.slice(0, 60))
  await page.click(`.search-result:has-text(${JSON.stringify(wanted.name)})`)
  await page.waitForSelector('.card .fields')
  await settled(page)
  await picture(page, 'es-390-sheet')
  const { y } = await onScreen(page, wanted.point as [number, number])
  const top = await page.evaluate(() => document.querySelector('.side')?.getBoundingClientRect().top ?? 0)
  expect(y).toBeLessThan(top)
  expect(await page.inputValue('#search')).toBe('')
  await close()
})

it('leafing through the list is one step of the history', async () => {
  const { page, close } = await open(browser)
  await settled(page)
  await page.click('.row')
  await page.waitForSelector('.card .fields')
  const steps = await page.evaluate(() => history.length)
  for (let step = 0; step < 3; step += 1) await page.keyboard.press(']')
  await page.waitForSelector('.detail[aria-busy="false"]')
  expect(await page.evaluate(() => history.length)).toBe(steps)
  await page.goBack()
  await page.waitForSelector('.detail', { state: 'detached' })
  await close()
})

it('a list says that its layer is off on the map', async () => {
  const { page, close } = await open(browser, { path: '/mapa?capas=ninguna' })
  await settled(page)
  expect(await page.textContent('.list-note')).toContain('apagada')
  await page.click('.list-note .link')
  await page.waitForSelector('.list-note', { state: 'detached' })
  await close()
})

it('a department without cases can be chosen, and its empty list says whose list it is', async () => {
  const { page, watch, close } = await open(browser)
  await settled(page)
  const empty = page.locator('.department option', { hasText: /\(0\)$/ })
  await page.locator('.department option').nth(1).waitFor({ state: 'attached' })
  if ((await empty.count()) === 0) return close()
  await page.selectOption('.department select', (await empty.first().getAttribute('value')) ?? '')
  await page.waitForSelector('.list .empty')
  expect(await page.textContent('.list .empty')).toContain('Según: ')
  expect((await page.locator('.list-head .source-note').allTextContents()).join(' ')).toContain(
    'fecha no indicada',
  )
  watch.expectClean()
  await close()
})

it('the card of a case says what covers its point and what lies near', async () => {
  const { id } = await anyPlacedCase()
  const { page, watch, close } = await open(browser, { path: `/mapa?sel=conflicts.${id}` })
  await settled(page)
  await page.waitForSelector('.also')
  const said = await page.textContent('.also')
  expect(said).toMatch(/a menos de 5 km/)
  await picture(page, 'es-near')
  watch.expectClean()
  await close()
})
