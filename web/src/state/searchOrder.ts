import type { SearchResult } from '../api/types'
import { CASES } from './catalogue'
import { plainName } from './plainName'

/** Administrative units, the largest first: whoever types the name of one means it. */
const UNITS = ['departments', 'provinces', 'districts']
/** A village's name is shared by dozens of others, and so proves little. */
const VILLAGES = 'populated_places'

function rankOf({ layer, name }: SearchResult, wanted: string): number {
  const exact = plainName(name) === wanted
  const unit = UNITS.indexOf(layer)
  if (exact && unit >= 0) return unit
  if (exact && layer !== VILLAGES) return UNITS.length
  if (layer === CASES) return UNITS.length + 1
  return UNITS.length + (unit >= 0 ? 2 : 3)
}

/** What bears the very name first, units before all; then cases, units and the rest, each as the server has them. */
export function byLikelihood(results: SearchResult[], text: string): SearchResult[] {
  const wanted = plainName(text)
  return [...results].sort((one, other) => rankOf(one, wanted) - rankOf(other, wanted))
}
