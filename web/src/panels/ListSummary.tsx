import type { FeaturePage } from '../api/types'
import { readablePlace, words } from '../i18n'
import { filteredCases, placelessCases } from '../state/cases'
import { CASES, layerById } from '../state/catalogue'
import { chosenDepartment, chosenStates, filtering } from '../state/filters'
import { boxOfGeometry } from '../state/geometry'
import { listFailed, page, rows, rowsCurrent } from '../state/list'
import { fitTo, hasMap } from '../state/view'
import { goToPlaceless } from './shortcuts'

/** What the list would hold if the map showed everything, under the same filters; null while it is not known. */
const totalOf = (layer: string): number | null =>
  layer === CASES ? (filteredCases.value?.features.length ?? null) : (layerById(layer)?.count ?? null)

function inView(answer: FeaturePage): string {
  const t = words.value
  const placed = answer.number_matched - answer.number_without_place
  if (answer.layer !== CASES) return t.inView(placed)
  const activeHidden = chosenStates.value.length > 0 && !chosenStates.value.includes('activo')
  const active = (answer.categories.activo ?? 0) - (answer.categories_without_place.activo ?? 0)
  return t.casesInView(placed, activeHidden ? null : active)
}

/** How many have no place, which leads to them. */
function Placeless({ count }: { count: number }) {
  const said = words.value.placeless(count)
  const listed = rows.value.some((row) => !row.bbox)
  return listed ? (
    <button type="button" class="link" onClick={goToPlaceless}>
      {said}
    </button>
  ) : (
    said
  )
}

/** A department that no case without a place names hides them all: else the reader would think there are none. */
function PlacelessElsewhere({ answer }: { answer: FeaturePage }) {
  const department = chosenDepartment.value
  const elsewhere = placelessCases.value
  if (answer.layer !== CASES || department === null || answer.number_without_place > 0 || elsewhere === 0)
    return null
  return <p class="list-note">{words.value.placelessElsewhere(elsewhere, readablePlace(department))}</p>
}

/** How many more the filters leave than the map has in view, and the way to see them all. */
function OutOfView({ inView }: { inView: number }) {
  const placed = filteredCases.value?.features.filter(({ geometry }) => geometry) ?? []
  const out = placed.length - inView
  if (!filtering.value || out <= 0) return null
  const show = () => {
    const coordinates = placed.flatMap(({ geometry }) =>
      geometry?.type === 'Point' ? [geometry.coordinates] : [],
    )
    const box = boxOfGeometry({ type: 'MultiPoint', coordinates })
    if (box) fitTo(box)
  }
  return (
    <>
      {' · '}
      <button type="button" class="link" onClick={show}>
        {words.value.outOfView(out)}
      </button>
    </>
  )
}

/** How much of the layer is in view, in one sentence. */
export function ListSummary() {
  const t = words.value
  const answer = page.value
  if (!answer || !rowsCurrent.value) {
    return (
      <p class="list-summary" role="status">
        {listFailed.value ? '' : t.loading}
      </p>
    )
  }
  const all = totalOf(answer.layer)
  const parts = [inView(answer), all !== null && all > answer.number_matched ? t.inAll(all) : null]
  const placeless = answer.number_without_place
  return (
    <>
      <p class="list-summary" role="status">
        {parts.filter(Boolean).join(' · ')}
        {answer.layer === CASES && hasMap.value && <OutOfView inView={answer.number_matched - placeless} />}
        {placeless > 0 && (
          <>
            {' · '}
            <Placeless count={placeless} />
          </>
        )}
      </p>
      <PlacelessElsewhere answer={answer} />
    </>
  )
}
