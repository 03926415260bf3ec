import { effect } from '@preact/signals'
import { render } from 'preact'
import { lang } from '../i18n'
import { readLanguage } from '../state/address'
import { loadCases } from '../state/cases'
import { loadCatalogue } from '../state/catalogue'
import { followDocument } from '../state/preferences'
import { ComparePage } from './ComparePage'
import { followAddress, followDays, readAddress } from './compare'
import { compareWords } from './words'
import '../styles/data.css'
import '../styles/compare.css'

/** The page at /comparar. */
export async function startComparePage(root: HTMLElement): Promise<void> {
  await readLanguage()
  followDocument()
  readAddress()
  effect(() => {
    document.title = `${compareWords.value.title} · Rimay`
    document.documentElement.lang = lang.value
  })
  render(<ComparePage />, root)
  await loadCatalogue()
  followAddress()
  followDays()
  await loadCases()
}
