import { effect } from '@preact/signals'
import { render } from 'preact'
import { lang } from '../i18n'
import { readLanguage } from '../state/address'
import { catalogue, loadCatalogue } from '../state/catalogue'
import { followDocument } from '../state/preferences'
import { DossierPage } from './DossierPage'
import { dossier, load } from './dossier'
import { dossierWords } from './words'
import '../styles/data.css'
import '../styles/dossier.css'

/** The page at /expediente. */
export async function startDossierPage(root: HTMLElement): Promise<void> {
  await readLanguage()
  followDocument()
  effect(() => {
    const name = dossier.value?.name
    document.title = [dossierWords.value.title, name, 'Rimay'].filter(Boolean).join(' · ')
    document.documentElement.lang = lang.value
  })
  render(<DossierPage />, root)
  await loadCatalogue()
  if (catalogue.value) await load(catalogue.value)
}
