import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, mapIdle, open, PHONE, settled } from './support/browser'
import { anyPlacedCase, SERVER } from './support/server'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

it('a link comes back as it was, and Back undoes a selection', async () => {
  const { id } = await anyPlacedCase()
  const link = `/mapa?estado=activo,latente&idioma=en&lista=watersheds&opacidad=watersheds:40&sel=conflicts.${id}#m=7/-12/-75`
  const { page, watch, close } = await open(browser, { path: link })
  await settled(page)
  await page.waitForSelector('.card .fields')
  const { pathname, search, hash } = new URL(page.url())
  expect(pathname + search + hash).toBe(link)
  const camera = await page.evaluate(() => [window.map?.getZoom(), window.map?.getCenter().lat])
  expect(camera).toEqual([7, -12])
  await page.click('.detail-bar .tool')
  await page.waitForFunction(() => !location.search.includes('sel='))
  await page.goBack()
  await page.waitForSelector('.card .fields')
  expect(page.url()).toContain(`sel=conflicts.${id}`)
  watch.expectClean()
  await close()
})

it('drops what a link says wrong, says so, and keeps the rest', async () => {
  const path = '/mapa?estado=activo,furioso&capas=dragones&sel=nada&hola=1#m=99/1'
  const { page, watch, close } = await open(browser, { path })
  await settled(page)
  const notice = await page.textContent('.notice')
  for (const part of ['estado=furioso', 'capas=dragones', 'sel=nada', 'hola=1', '#m=99/1']) {
    expect(notice).toContain(part)
  }
  expect(new URL(page.url()).search).toBe('?estado=activo')
  await page.click('.notice .tool')
  await page.waitForSelector('.notice', { state: 'detached' })
  watch.expectClean()
  await close()
})

it('a department from a link is spelled as the data spell it, and dropped when there is none', async () => {
  const { page, watch, close } = await open(browser, { path: '/mapa?dep=ANCASH' })
  await settled(page)
  await page.waitForFunction(() => new URLSearchParams(location.search).get('dep') === 'Áncash')
  await page.goto(`${SERVER}/mapa?dep=Atlantis&estado=activo`)
  await settled(page)
  await page.waitForFunction(() => location.search === '?estado=activo')
  expect(await page.textContent('.notice')).toContain('dep=Atlantis')
  watch.expectClean()
  await close()
})

it('a link to a feature that is gone says so and asks once', async () => {
  let asked = 0
  const prepare = (context: BrowserContext) =>
    context.route('**/items/999999999', (route) => {
      asked += 1
      return route.fallback()
    })
  const { page, close } = await open(browser, { path: '/mapa?sel=conflicts.999999999', prepare })
  await mapIdle(page)
  await page.waitForSelector('.detail .empty')
  expect(await page.textContent('.detail .empty')).toContain('ya no está en la capa')
  await page.waitForTimeout(500)
  expect(asked).toBe(1)
  await close()
})

it('an English browser gets English until Spanish is chosen, which is kept and can be shared', async () => {
  const { page, watch, close } = await open(browser, { locale: 'en-GB' })
  await settled(page)
  expect(await page.getAttribute('html', 'lang')).toBe('en')
  await page.click('.segmented button')
  await page.waitForFunction(() => location.search.includes('idioma=es'))
  await page.goto(`${SERVER}/mapa`)
  await settled(page)
  expect(await page.getAttribute('html', 'lang')).toBe('es')
  watch.expectClean()
  await close()
})

it('the root of the site is the map', async () => {
  const { page, close } = await open(browser, { path: '/' })
  await settled(page)
  expect(new URL(page.url()).pathname).toBe('/mapa')
  await close()
})

it('Back undoes a filter, an order and a layer switch, and moves of the map are no steps', async () => {
  const { page, watch, close } = await open(browser)
  await settled(page)
  const steps = () => page.evaluate(() => history.length)
  const before = await steps()
  await page.click('.state input')
  await page.waitForFunction(() => location.search.includes('estado=activo'))
  await page.selectOption('.list-order select', 'name')
  await page.waitForFunction(() => location.search.includes('orden=nombre'))
  await page.click('[data-layer="watersheds"] [role=switch]')
  await page.waitForFunction(() => location.search.includes('capas='))
  await page.click('.map-controls button')
  await page.waitForFunction(() => location.hash !== '')
  await settled(page)
  expect(await steps()).toBe(before + 3)
  await page.goBack()
  await page.waitForFunction(() => !location.search.includes('capas='))
  await page.goBack()
  await page.waitForFunction(() => !location.search.includes('orden='))
  await page.goBack()
  await page.waitForFunction(() => location.search === '')
  expect(await page.isChecked('.state input')).toBe(false)
  watch.expectClean()
  await close()
})

it('what a link selects stays in sight on a smaller window than its sender had', async () => {
  const { id, point } = await anyPlacedCase()
  const [lon = 0, lat = 0] = point ?? []
  const path = `/mapa?sel=conflicts.${id}#m=7/${(lat - 1).toFixed(2)}/${(lon + 4).toFixed(2)}`
  const { page, close } = await open(browser, { path, size: PHONE })
  await settled(page)
  await page.waitForSelector('.card .fields')
  const inSight = () =>
    page.evaluate(
      (place) => {
        const { x = -1, y = -1 } = window.map?.project(place as [number, number]) ?? {}
        return x > 0 && x < innerWidth && y > 0
      },
      point as [number, number],
    )
  await expect.poll(inSight).toBe(true)
  await close()
})
