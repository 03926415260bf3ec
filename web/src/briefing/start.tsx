import { effect } from '@preact/signals'
import { render } from 'preact'
import { lang } from '../i18n'
import { readLanguage } from '../state/address'
import { followDocument } from '../state/preferences'
import { BriefingPage } from './BriefingPage'
import { briefing, loadAsked } from './briefing'
import { briefingWords } from './words'
import '../styles/data.css'
import '../styles/cases.css'

/** The page at /informe. */
export async function startBriefingPage(root: HTMLElement): Promise<void> {
  await readLanguage()
  followDocument()
  effect(() => {
    const t = briefingWords.value
    document.title = [t.title, briefing.value?.department, 'Rimay'].filter(Boolean).join(' · ')
    document.documentElement.lang = lang.value
  })
  render(<BriefingPage />, root)
  await loadAsked()
}
