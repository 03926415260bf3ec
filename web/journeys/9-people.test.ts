import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFaults } from './support/accessibility'
import { launch, open, PHONE, picture } from './support/browser'

const PASSWORD = 'tres ríos y un cerro'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const pathOf = (link: string) => link.slice(link.indexOf('/entrar'))

/** By keyboard: what is in hand is sent with Enter. */
async function signIn(page: Page, login: string): Promise<void> {
  await page.waitForSelector('input[name=login]')
  await page.focus('input[name=login]')
  await page.keyboard.type(login)
  await page.keyboard.press('Tab')
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
}

it('the first administrator makes their account, signs in, and makes one for an officer', async () => {
  const link = process.env.RIMAY_FIRST_LINK ?? ''
  const { page, watch, close } = await open(browser, { path: pathOf(link) })
  await page.waitForSelector('select[name=institution] option:nth-of-type(2)', { state: 'attached' })
  await page.fill('input[name=login]', 'administra')
  await page.fill('input[name=name]', 'Ana <Administra>')
  await page.fill('input[name=password]', PASSWORD)
  await page.selectOption('select[name=institution]', { index: 1 })
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, 'people-first')
  await page.keyboard.press('Enter')
  await page.waitForSelector('input[autocomplete=current-password]')
  expect(new URL(page.url()).hash).toBe('')
  await signIn(page, 'administra')
  await page.waitForSelector('text=Ana <Administra>')
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, 'people-own')
  // A token for a program: shown once, listed, revoked.
  await page.fill('form:has(input[name=scope]) input[name=name]', 'QGIS')
  await page.keyboard.press('Enter')
  await page.waitForSelector('code')
  expect(await page.textContent('code')).toMatch(/^[0-9a-f]{64}$/)
  await page.click('.data-table button')
  await page.waitForSelector('.data-table', { state: 'detached' })
  await page.click('a[href="/cuentas"]')
  await page.waitForSelector('.data-table tbody tr')
  await page.fill('input[name=login]', 'oficial')
  await page.fill('input[name=name]', 'Oto Oficial')
  await page.selectOption('select[name=institution]', 'defensoria')
  await page.click('form button[type=submit]')
  await page.waitForSelector('.data-stale code')
  await expect.poll(() => page.locator('.data-table tbody tr').count()).toBe(2)
  expect(await accessibilityFaults(page)).toEqual([])
  // What an account is can be changed, by keyboard.
  await page.focus('tr:has-text("Oto Oficial") button:has-text("Cambiar")')
  await page.keyboard.press('Enter')
  await page.waitForSelector('h2:has-text("Cambiar la cuenta de oficial")')
  await page.fill('input[name=jurisdiction]', '06, 0603')
  await page.keyboard.press('Enter')
  await page.waitForSelector('tr:has-text("Oto Oficial"):has-text("06, 0603")')
  await page.waitForSelector('h2:has-text("Cuenta nueva")')
  expect(await page.locator('.data-stale code').count()).toBe(0)
  await page.click('tr:has-text("Oto Oficial") td:last-child button')
  await page.waitForSelector('.data-stale code')
  await picture(page, 'people-accounts')
  // Nor does the long link make a phone scroll sideways.
  await page.setViewportSize(PHONE)
  const widths = await page.evaluate(() => {
    const main = document.querySelector('main')
    return [main?.scrollWidth, main?.clientWidth]
  })
  expect(widths[0]).toBe(widths[1])
  const invitation = (await page.textContent('.data-stale code')) ?? ''
  watch.expectClean()
  await close()

  const officer = await open(browser, {
    path: `${pathOf(invitation).replace('#', '?idioma=en#')}`,
    size: PHONE,
  })
  await officer.page.waitForSelector('input[name=password]')
  expect(await officer.page.textContent('h2')).toContain('Oto Oficial')
  await officer.page.fill('input[name=password]', 'corta')
  await officer.page.keyboard.press('Enter')
  await officer.page.waitForSelector('.data-failed')
  expect(await officer.page.textContent('.data-failed')).toContain('12 characters')
  await officer.page.fill('input[name=password]', PASSWORD)
  await officer.page.keyboard.press('Enter')
  await officer.page.waitForSelector('input[autocomplete=current-password]')
  await signIn(officer.page, 'oficial')
  await officer.page.waitForSelector('text=Oto Oficial')
  expect(await officer.page.locator('a[href*="/cuentas"]').count()).toBe(0)
  expect(await officer.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await accessibilityFaults(officer.page)).toEqual([])
  await picture(officer.page, 'people-officer-phone')
  await officer.page.click('.data-actions button:has-text("Sign out")')
  await officer.page.waitForSelector('input[name=login]')
  await officer.close()
})

it('whoever is not known is told so in their language, and learns nothing else', async () => {
  const { page, close } = await open(browser, { path: '/entrar?idioma=es' })
  await signIn(page, 'nadie')
  await page.waitForSelector('.data-failed')
  expect(await page.textContent('.data-failed')).toContain('el usuario o la contraseña no es correcto')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.goto(`${new URL(page.url()).origin}/cuentas`)
  // Whoever signs in from a page comes back to it.
  await page.click('main a[href^="/entrar"]')
  await signIn(page, 'administra')
  await page.waitForURL('**/cuentas')
  await page.waitForSelector('td:has-text("oficial")')
  await page.context().clearCookies()
  await page.goto(`${new URL(page.url()).origin}/entrar#clave=${'0'.repeat(64)}`)
  await page.waitForSelector('.data-failed')
  expect(await page.textContent('.data-failed')).toContain('ya se usó o venció')
  await close()
})
