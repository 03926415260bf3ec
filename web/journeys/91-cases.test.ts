import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFaults } from './support/accessibility'
import { launch, open, PHONE, picture } from './support/browser'

// Goes on from the journey of people, which made these accounts.
const PASSWORD = 'tres ríos y un cerro'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

async function signIn(page: Page, login: string): Promise<void> {
  await page.waitForSelector('input[name=login]')
  await page.fill('input[name=login]', login)
  await page.fill('input[name=password]', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForSelector('input[name=scope]')
}

const openAs = async (login: string, size?: typeof PHONE) => {
  const opened = await open(browser, { path: '/entrar?idioma=es', ...(size ? { size } : {}) })
  await signIn(opened.page, login)
  return { ...opened, origin: new URL(opened.page.url()).origin }
}

/** Goes on with Tab until what is in hand is this. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let step = 0; step < 120; step++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`no Tab leads to ${selector}`)
}

async function write(page: Page, selector: string, text: string): Promise<void> {
  await tabTo(page, selector)
  await page.keyboard.type(text)
}

let address = ''

it('an officer records a case by keyboard only, is told what is wrong, and shares it with all', async () => {
  const { page, watch, close, origin } = await openAs('oficial')
  await page.goto(`${origin}/casos?idioma=es`)
  await tabTo(page, 'a[href*="/caso/nuevo"]')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.case-map[data-ready]')
  expect(await accessibilityFaults(page)).toEqual([])
  await write(page, '#new-name-name', 'Laguna Azul <prueba>')
  await write(page, '#new-description-text', 'La comunidad rechaza que se desvíe el agua.')
  await write(page, '#new-state-code', 'Act')
  await write(page, '#new-state-valid_from', '11242024')
  await write(page, '#new-type-code', 'Socio')
  await tabTo(page, '.maplibregl-canvas')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.case-map[data-marked]')
  await tabTo(page, 'form .is-main')
  await page.keyboard.press('Enter')
  // An active case without a phase: the form leads there and keeps all that was written.
  await page.waitForFunction(() => document.activeElement?.id === 'new-state-phase')
  expect(await page.textContent('#new-state-phase-wrong')).toContain('exactamente una fase')
  expect(await page.inputValue('#new-name-name')).toBe('Laguna Azul <prueba>')
  await picture(page, 'cases-new')
  await page.keyboard.type('Di')
  await tabTo(page, 'form .is-main')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/caso\/[0-9a-f-]{36}/)
  await page.waitForSelector('.case-head strong')
  address = new URL(page.url()).pathname
  expect(await page.textContent('h1')).toBe('Laguna Azul <prueba>')
  // Another fact, from a public source; and the name is public.
  await tabTo(page, '[data-add=actor]')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.activeElement?.id === 'form-actor-name')
  await page.keyboard.type('Empresa de Agua')
  await write(page, '#form-actor-role', 'Pri')
  await write(page, '#form-actor-side', 'Emp')
  await tabTo(page, '.case-form .is-main')
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-kind=actor] dd:has-text("Empresa de Agua")')
  for (const kind of ['name', 'state', 'type', 'place']) {
    await page.click(`[data-kind=${kind}] .case-tools button`)
    await page.waitForSelector('.case-form')
    await page.click('.case-form .case-source summary')
    await page.selectOption('.case-form [name=source_class]', 'public')
    await page.click('.case-form .is-main')
    await page.waitForSelector('.case-form', { state: 'detached' })
  }
  // A file comes and goes, and what is done after it is not refused for that.
  const acta = { name: 'acta.txt', mimeType: 'text/plain', buffer: Buffer.from('Acta de la mesa.') }
  await page.setInputFiles('.case-group input[type=file]', acta)
  await page.waitForSelector('a[download="acta.txt"]')
  page.once('dialog', (dialog) => void dialog.accept())
  await page.click('li:has(a[download="acta.txt"]) button')
  await page.waitForSelector('a[download="acta.txt"]', { state: 'detached' })
  await page.check('input[name=sharing][value=public]')
  expect(await page.textContent('.case-sharing [role=status]')).toContain('El público verá 4 de 6')
  await page.click('.case-sharing .is-main')
  await page.waitForSelector('.case-head strong', { state: 'detached' })
  await page.click('.case-history:last-of-type summary')
  await page.waitForSelector('.case-history ol li')
  expect(await page.textContent('.case-history ol')).toContain('quitó el archivo: acta.txt')
  expect(await accessibilityFaults(page)).toEqual([])
  // Nothing lies beyond what scrolls: the page itself does not.
  expect(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true)
  await picture(page, 'cases-own')
  // The browser itself reports the refusal that was meant.
  watch.errors.splice(0, watch.errors.length, ...watch.errors.filter((error) => !error.includes('422')))
  watch.expectClean()
  await close()
})

it('two officers who change the same lose nothing', async () => {
  const [one, other] = [await openAs('oficial'), await openAs('oficial')]
  for (const { page, origin } of [one, other]) {
    await page.goto(`${origin}${address}?idioma=es`)
    await page.waitForSelector('[data-kind=description]')
    await page.click('[data-kind=description] .case-tools button')
    await page.waitForSelector('#form-description-text')
  }
  await one.page.fill('#form-description-text', 'Lo que escribió la primera.')
  await one.page.click('.case-form .is-main')
  await one.page.waitForSelector('[data-kind=description] dd:has-text("la primera")')
  await other.page.fill('#form-description-text', 'Lo que escribió el segundo.')
  await other.page.click('.case-form .is-main')
  await other.page.waitForSelector('.case-both')
  const both = await other.page.textContent('.case-both')
  expect(both).toContain('Lo que escribió la primera.')
  expect(both).toContain('Lo que escribió el segundo.')
  expect(await accessibilityFaults(other.page)).toEqual([])
  await picture(other.page, 'cases-both')
  await other.page.click('.case-both .is-main')
  await other.page.waitForSelector('[data-kind=description] dd:has-text("el segundo")')
  await one.close()
  await other.close()
})

it('a visitor sees what is public of it, on the map too, in both languages and on a phone', async () => {
  for (const [language, size] of [
    ['es', undefined],
    ['en', PHONE],
  ] as const) {
    const { page, watch, close } = await open(browser, {
      path: `/casos?idioma=${language}`,
      ...(size ? { size } : {}),
    })
    await write(page, 'input[type=search]', 'laguna azul')
    await page.waitForSelector('.data-table a:has-text("Laguna Azul")')
    expect(await accessibilityFaults(page)).toEqual([])
    await tabTo(page, '.data-table a')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.case-head')
    const told = (await page.textContent('main')) ?? ''
    expect(told).toContain('Laguna Azul <prueba>')
    // From institutional sources: not for them.
    expect(told).not.toContain('Empresa de Agua')
    expect(told).not.toContain('el segundo')
    expect(await page.locator('main button:not(.case-map button)').count()).toBe(0)
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      size?.width ?? 1280,
    )
    await picture(page, `cases-visitor-${language}`)
    await page.goto(`${new URL(page.url()).origin}/cifras?idioma=${language}&contra=onds`)
    await page.waitForSelector('.case-total')
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      size?.width ?? 1280,
    )
    await picture(page, `cases-counts-${language}`)
    watch.expectClean()
    await close()
  }
  const { page, close } = await open(browser, { path: '/mapa?idioma=es' })
  const { origin } = new URL(page.url())
  const items = `${origin}/ogc/collections/conflicts/items`
  const answer = await page.request.get(`${items}?name=Laguna%20Azul%20%3Cprueba%3E`)
  const { features } = await answer.json()
  expect(features.length).toBe(1)
  await page.goto(`${origin}/mapa?idioma=es&sel=conflicts.${features[0].id}`)
  await page.waitForSelector(`a[href*="${address}"]`)
  await close()
})

it('whoever administers sees to lists and schemes by keyboard, and each change is a version', async () => {
  const { page, watch, close, origin } = await openAs('administra')
  await page.goto(`${origin}/admin?idioma=es`)
  await page.waitForSelector('[data-part=lists] input[name=code]')
  expect(await accessibilityFaults(page)).toEqual([])
  // A code that is there names no other institution, and the reason stands beside the form.
  const institutions = page.locator('[data-part=institutions]')
  await institutions.locator('input[name=code]').fill('onds')
  await institutions.locator('input[name=es]').fill('Otra')
  await institutions.locator('input[name=en]').fill('Other')
  await institutions.locator('.is-main').click()
  await institutions.locator('.data-failed').waitFor()
  expect(await institutions.locator('.data-failed').textContent()).toContain('ya hay una institución «onds»')
  expect(await institutions.locator('tr:has-text("ONDS")').count()).toBe(1)
  await page.selectOption('label.case-group select', 'onds')
  await write(page, '[data-part=lists] input[name=code]', 'hidrico')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Hídrico')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Water')
  await page.keyboard.press('Enter')
  await page.waitForSelector('td:has-text("hidrico")')
  await page.click('tr:has-text("hidrico") button:nth-of-type(2)')
  await page.waitForSelector('tr:has-text("hidrico"):has-text("ya no se usa")')
  // What the Ombudsman's Office calls the same, and no more.
  const match = page.locator('form[data-part=match]')
  await match.locator('select[name=own]').selectOption('hidrico')
  await match.locator('select[name=relation]').selectOption('broader')
  await match.locator('select[name=code]').selectOption('socioambiental')
  await match.locator('.is-main').click()
  const told = page.locator('tr:has-text("Hídrico"):has-text("cabe en"):has-text("Socioambiental")')
  await told.waitFor()
  await picture(page, 'cases-crosswalk')
  await told.locator('button').click()
  await told.waitFor({ state: 'detached' })
  await page.click('[data-part=schemes] tr:has-text("ONDS (PCM)") button')
  await page.waitForSelector('form:has(input[name=title_es])')
  await page.fill('fieldset:has-text("Condición 1") input >> nth=0', "color = 'rojo'")
  await page.click('form:has(input[name=title_es]) .is-main')
  await page.waitForSelector('[data-part=schemes] .data-failed')
  expect(await page.textContent('[data-part=schemes] .data-failed')).toContain('los campos son')
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, 'cases-admin')
  watch.errors.splice(0, watch.errors.length, ...watch.errors.filter((error) => !/4(12|22)/.test(error)))
  watch.expectClean()
  await close()
})

it('an officer takes a register, its cases count, and each number leads to them', async () => {
  const { page, watch, close, origin } = await openAs('oficial')
  page.on('dialog', (dialog) => void dialog.accept())
  await page.goto(`${origin}/casos?idioma=es`)
  await page.click('summary:has-text("Traer un registro")')
  const rows =
    'nombre,estado,fase,inicio,fin\nPuente del norte,activo,crisis,2025-03-04,\nMercado viejo,activo,dialogo,sin fecha,\nAl revés,resuelto,,2025-03-04,2024-01-01\n'
  await page.setInputFiles('input[type=file]', {
    name: 'lista.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(rows),
  })
  await page.waitForSelector('text=Quedarían 2 casos.')
  const told = (await page.textContent('main')) ?? ''
  expect(told).toContain('terminó el 2024-01-01, antes de empezar el 2025-03-04')
  expect(told).toContain('Inicio: «sin fecha» no es una fecha')
  expect(told).toContain('su estado vale desde el')
  expect(told).not.toContain('started_on')
  await page.check('label:has-text("Puede derivar en violencia") input')
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, 'cases-register')
  await page.click('button:has-text("Registrar los 2 casos")')
  await page.waitForSelector('text=2 casos registrados')
  await page.check('label:has-text("Solo borradores") input')
  await page.fill('input[type=search]', 'puente')
  await page.click('button:has-text("Sacar de borradores (1)")')
  await page.waitForSelector('text=Ningún caso cumple')
  await page.fill('input[type=search]', 'mercado')
  await page.click('button:has-text("Sacar de borradores (1)")')
  await page.waitForSelector('text=Ningún caso cumple')
  await page.goto(`${origin}/cifras?idioma=es`)
  await page.waitForSelector('.case-total a')
  await page.click('.case-total a')
  await page.waitForSelector('[data-part=behind] a:has-text("Puente del norte")')
  expect(await page.locator('[data-part=behind] a:has-text("Mercado viejo")').count()).toBe(1)
  expect(new URL(page.url()).searchParams.get('casos')).toBe('total')
  await page.fill('input[type=month]', '2025-03')
  await page.waitForSelector('tr:has-text("Nuevos en el mes") a')
  await page.click('tr:has-text("Nuevos en el mes") a')
  await page.waitForSelector('[data-part=behind] a:has-text("Puente del norte")')
  expect(await page.locator('[data-part=behind] tbody tr').count()).toBe(1)
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, 'cases-month')
  // A link to it is a link to the list.
  await page.reload()
  await page.click('[data-part=behind] a:has-text("Puente del norte")')
  // Many facts become public at once.
  await page.click('summary:has-text("Hacer públicos varios datos")')
  await picture(page, 'cases-publish')
  await page.click('[data-part=publish] button:has-text("Hacer públicos 3 datos")')
  await page.waitForSelector('[data-part=publish]', { state: 'detached' })
  await page.click('input[name=sharing][value=public]')
  await page.waitForSelector('.case-sharing :text("El público verá 3 de 3 datos")')
  watch.expectClean()
  await close()
})

it('a reporter and an officer of another institution see no more than the public', async () => {
  const { page, close, origin } = await openAs('administra')
  const made = await page.request.post(`${origin}/api/accounts`, {
    data: { login: 'reportera', name: 'Rita', role: 'reporter', network_level: 2, institution: 'onds' },
    headers: { origin },
  })
  const { invitation } = await made.json()
  await close()
  const reporter = await open(browser, {
    path: `/entrar?idioma=es${invitation.slice(invitation.indexOf('#'))}`,
  })
  await reporter.page.waitForSelector('input[name=password]')
  await reporter.page.fill('input[name=password]', PASSWORD)
  await reporter.page.keyboard.press('Enter')
  await reporter.page.waitForSelector('input[autocomplete=current-password]')
  await signIn(reporter.page, 'reportera')
  // By keyboard only: to the cases, and into the one that is public.
  await tabTo(reporter.page, 'main a[href^="/casos"]')
  await reporter.page.keyboard.press('Enter')
  await reporter.page.waitForSelector('.data-table a')
  expect(await reporter.page.locator('a[href*="/caso/nuevo"]').count()).toBe(0)
  await tabTo(reporter.page, `.data-table a[href*="${address}"]`)
  await reporter.page.keyboard.press('Enter')
  await reporter.page.waitForSelector('.case-head')
  expect(await reporter.page.textContent('main')).not.toContain('Empresa de Agua')
  expect(await accessibilityFaults(reporter.page)).toEqual([])
  await reporter.page.goto(`${origin}/caso/00000000-0000-4000-8000-000000000000?idioma=es`)
  await reporter.page.waitForSelector('main p:has-text("No hay tal caso")')
  await reporter.close()
})
