import { inLanguage } from '../state/language'

const KEY = 'back-to'

/** Whether it is an address of our own pages, as browsers read it: they drop some signs, and take others for a slash. */
export function isOurs(path: string, own = location.origin): boolean {
  try {
    return path.startsWith('/') && new URL(path, own).origin === own
  } catch {
    return false
  }
}

/** Where one signs in, to come back to this page. */
export const toSignIn = () =>
  inLanguage(`/entrar?volver=${encodeURIComponent(location.pathname + location.search)}`)

/** The page that sent the reader to sign in, if one did. */
export function pageBefore(): string | null {
  const told = new URLSearchParams(location.search).get('volver')
  return told && isOurs(told) ? told : null
}

/** Keeps that page while another service looks who the reader is. */
export function keepPageBefore(): void {
  const before = pageBefore()
  if (before) sessionStorage.setItem(KEY, before)
}

/** The page kept so, once. */
export function takePageBefore(): string | null {
  const before = sessionStorage.getItem(KEY)
  sessionStorage.removeItem(KEY)
  return before && isOurs(before) ? before : null
}
