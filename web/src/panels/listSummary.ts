import { words } from '../i18n'
import { filteredCases } from '../state/cases'
import { CASES, layerById } from '../state/catalogue'
import { chosenStates } from '../state/filters'
import { listFailed, page, rowsCurrent } from '../state/list'

/** What the list would hold if the map showed everything, under the same filters; null while it is not known. */
const totalOf = (layer: string): number | null =>
  layer === CASES ? (filteredCases.value?.features.length ?? null) : (layerById(layer)?.count ?? null)

/** How much of the layer is in view, in one sentence. */
export function listSummary(): string {
  const t = words.value
  const answer = page.value
  if (!answer || !rowsCurrent.value) return listFailed.value ? '' : t.loading
  const placeless = answer.number_without_place
  const placed = answer.number_matched - placeless
  const activeHidden = chosenStates.value.length > 0 && !chosenStates.value.includes('activo')
  const active = (answer.categories.activo ?? 0) - (answer.categories_without_place.activo ?? 0)
  const isCases = answer.layer === CASES
  const inView = isCases ? t.casesInView(placed, activeHidden ? null : active) : t.inView(placed)
  const all = totalOf(answer.layer)
  const parts = [
    inView,
    all !== null && all > answer.number_matched ? t.inAll(all) : null,
    placeless > 0 ? t.placeless(placeless) : null,
  ]
  return parts.filter(Boolean).join(' · ')
}
