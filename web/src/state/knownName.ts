import { casesById } from './cases'
import { CASES, layerById } from './catalogue'
import { page } from './list'
import { searchResults } from './search'
import { choice, type Selection } from './selection'

/** What a feature is called, as far as the page knows without asking; null when it does not. */
export function knownName({ layer, id }: Selection): string | null {
  const isMeant = (other: Selection) => other.layer === layer && other.id === id
  const listed = page.value?.layer === layer ? page.value.features.find((row) => row.id === id) : undefined
  const nameField = layerById(layer)?.name_field ?? ''
  const ofCase = layer === CASES ? casesById.value.get(id)?.[nameField] : null
  const name =
    listed?.name ??
    choice.value?.candidates.find(isMeant)?.name ??
    searchResults.value.find(isMeant)?.name ??
    ofCase
  return typeof name === 'string' && name ? name : null
}
