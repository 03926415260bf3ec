import { effect } from '@preact/signals'
import { followAddress, readLanguage } from './address'
import { followAlsoHere } from './alsoHere'
import { loadCases } from './cases'
import { catalogue, loadCatalogue } from './catalogue'
import { followChanges } from './changes'
import { followDepartment, loadDepartments } from './departments'
import { followLens } from './lens'
import { followList } from './list'
import { listThere } from './listThere'
import { followDetail } from './pane'
import { followDocument } from './preferences'
import { loadSchemes } from './schemes'
import { followSearch } from './search'
import { followSelection } from './selection'
import { followTitle } from './title'
import { hasMap, mapMade } from './view'

/** Wires the state to the document, before the first paint. */
export async function startState(): Promise<void> {
  await readLanguage()
  followDocument()
  followTitle()
}

/** As long as all cases wait for the map to be made. */
const PATIENCE_MS = 1500

/** When the map is made, or will not be. */
const mapThere = () =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, PATIENCE_MS)
    effect(() => {
      if (mapMade.value || !hasMap.value) resolve()
    })
  })

/**
 * Loads the catalogue, then lets the list, the card and the search follow the state. All cases are asked for after the first rows,
 * and read while the map makes itself ready: that takes a slow machine as long as to make it.
 */
export async function startData(): Promise<void> {
  await loadCatalogue()
  if (catalogue.value) followData()
  await listThere()
  await loadCases(mapThere())
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
