import { effect } from '@preact/signals'
import { render } from 'preact'
import { sayInAddress } from '../state/address'
import { followConnection } from '../state/mend'
import { onPaper } from '../state/preferences'
import { startData, startState } from '../state/start'
import { SheetPage } from './SheetPage'
import { readSheet, sheetParts } from './sheet'
import { sheetWords } from './words'
import '../styles/data.css'
import '../styles/sheet.css'

/** The page at /lamina: what a link to the map shows, on a sheet of paper. */
export async function startSheetPage(root: HTMLElement): Promise<void> {
  onPaper.value = true
  readSheet()
  sayInAddress(sheetParts)
  await startState()
  effect(() => {
    document.title = `${sheetWords.value.title} · Rimay`
  })
  render(<SheetPage />, root)
  void startData()
  followConnection()
}
