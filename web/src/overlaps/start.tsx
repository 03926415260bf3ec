import { effect } from '@preact/signals'
import { render } from 'preact'
import { readLanguage } from '../state/address'
import { loadCatalogue } from '../state/catalogue'
import { followDocument } from '../state/preferences'
import { OverlapsPage } from './OverlapsPage'
import { readAddress } from './overlaps'
import { overlapWords } from './words'
import '../styles/data.css'

/** The page at /cruces. */
export async function startOverlapsPage(root: HTMLElement): Promise<void> {
  await readLanguage()
  followDocument()
  effect(() => {
    document.title = `Rimay · ${overlapWords.value.title}`
  })
  render(<OverlapsPage />, root)
  await Promise.all([loadCatalogue(), readAddress()])
}
