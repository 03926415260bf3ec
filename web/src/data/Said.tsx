import { lang } from '../i18n'
import { said } from './sentences'

/** A sentence of the server, marked with the language it is in. */
export function Said({ text }: { text: string }) {
  const shown = said(text, lang.value)
  return <span lang={shown.lang}>{shown.text}</span>
}
