import { effect } from '@preact/signals'
import { render } from 'preact'
import { lang, words } from '../i18n'
import { helpTextsIn } from '../i18n/helpTexts'
import { readLanguage } from '../state/address'
import { loadCatalogue } from '../state/catalogue'
import { followDocument } from '../state/preferences'
import { AboutPage } from './AboutPage'
import '../styles/data.css'
import '../styles/about.css'

/** The page at /acerca. */
export async function startAboutPage(root: HTMLElement): Promise<void> {
  await readLanguage()
  followDocument()
  effect(() => {
    document.title = `${words.value.about} · Rimay`
    document.documentElement.lang = lang.value
    void helpTextsIn(lang.value).then((texts) => render(<AboutPage texts={texts} />, root))
  })
  await loadCatalogue()
  if (location.hash) document.querySelector(location.hash)?.scrollIntoView()
}
