import { effect } from '@preact/signals'
import { render } from 'preact'
import { readLanguage } from '../state/address'
import { loadCatalogue } from '../state/catalogue'
import { followDocument } from '../state/preferences'
import { DataPage } from './DataPage'
import { dataWords } from './words'
import '../styles/data.css'

/** The page at /datos. */
export async function startDataPage(root: HTMLElement): Promise<void> {
  await readLanguage()
  followDocument()
  effect(() => {
    document.title = `Rimay · ${dataWords.value.title}`
  })
  render(<DataPage />, root)
  await loadCatalogue()
  // A link to a layer arrives before the layer is there.
  document.getElementById(location.hash.slice(1))?.scrollIntoView()
}
