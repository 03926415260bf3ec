import { followAddress, readLanguage } from './address'
import { followAlsoHere } from './alsoHere'
import { loadCases } from './cases'
import { catalogue, loadCatalogue } from './catalogue'
import { followChanges } from './changes'
import { followDepartment, loadDepartments } from './departments'
import { followLens } from './lens'
import { followList } from './list'
import { followDetail } from './pane'
import { followDocument } from './preferences'
import { loadSchemes } from './schemes'
import { followSearch } from './search'
import { followSelection } from './selection'
import { followTitle } from './title'

/** Wires the state to the document, before the first paint. */
export async function startState(): Promise<void> {
  await readLanguage()
  followDocument()
  followTitle()
}

/** Loads the catalogue, then lets the list, the card and the search follow the state. */
export async function startData(): Promise<void> {
  const cases = loadCases()
  await loadCatalogue()
  if (catalogue.value) followData()
  await cases
}

let following = false

function followData(): void {
  if (following) return
  following = true
  followAddress()
  followSearch()
  followSelection()
  followDetail()
  followChanges()
  followLens()
  followAlsoHere()
  // The catalogue fills the map's footer and so changes what is in view: ask once, after that layout.
  followList()
  followDepartment()
  void loadDepartments()
  void loadSchemes()
}
