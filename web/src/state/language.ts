import type { Lang } from '../api/types'
import { lang, speak } from '../i18n'
import { recall, remember } from './storage'

/** English where the browser asks for it before all others; Spanish for everyone else. */
export const preferredLanguage = (languages: readonly string[]): Lang =>
  /^en\b/i.test(languages[0] ?? '') ? 'en' : 'es'

export const browserLanguage = preferredLanguage(globalThis.navigator?.languages ?? [])

/** What a link without a language is shown in: the reader's choice of before, else the browser's. */
export function usualLanguage(): Lang {
  const chosen = recall('language')
  return chosen === 'es' || chosen === 'en' ? chosen : browserLanguage
}

/** Without the words of the other language the page goes on in the one it has. */
export const speakOrStay = (next: Lang): Promise<void> => speak(next).catch(() => {})

export function chooseLanguage(chosen: Lang): void {
  void speakOrStay(chosen)
  remember('language', chosen)
}

/** The address of another page, which speaks the language of this one. */
export function inLanguage(path: string): string {
  if (lang.value === usualLanguage()) return path
  const [page = '', part] = path.split('#')
  const anchor = part === undefined ? '' : `#${part}`
  return `${page}${page.includes('?') ? '&' : '?'}idioma=${lang.value}${anchor}`
}
