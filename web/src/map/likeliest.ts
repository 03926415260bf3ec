import { CASES } from '../state/catalogue'

/** Boundaries that lie under every place: offered only where nothing else is. */
const BACKGROUND = ['watersheds', 'districts', 'provinces', 'departments']

/** A case that is hit is what was meant; then whatever is not a mere boundary; then the boundaries. */
export function likeliest<T extends { layer: string }>(candidates: T[]): T[] {
  const cases = candidates.filter(({ layer }) => layer === CASES)
  if (cases.length > 0) return cases
  const things = candidates.filter(({ layer }) => !BACKGROUND.includes(layer))
  return things.length > 0 ? things : candidates
}
