import type { Layer, Point } from '../api/types'
import { formatDistance, lang, readableIn, readableName, words } from '../i18n'
import { listLayer } from '../state/filters'
import { boxAround, NEAR_M, type Neighbour, type Neighbours } from '../state/neighbours'
import { pane } from '../state/pane'
import { closeAll, select } from '../state/selection'
import { fitTo, hasMap } from '../state/view'
import { LayerMark } from './LayerMark'

const NEAR_KM = NEAR_M / 1000

function NeighbourRow({ layer, neighbour }: { layer: Layer; neighbour: Neighbour }) {
  const { id, name, category, holder, distance_m } = neighbour
  const context = [
    words.value.distance(formatDistance(distance_m, lang.value)),
    holder && readableName(holder),
  ]
  return (
    <li>
      <button type="button" class="row" onClick={() => select(layer.id, id)}>
        <LayerMark layer={layer} category={category} />
        <span class="row-text">
          <span class="row-name">{readableIn(layer.id, name)}</span>
          <span class="visually-hidden">. </span>
          <span class="row-context">{context.filter(Boolean).join(' · ')}</span>
        </span>
      </button>
    </li>
  )
}

/** Leads to the list of the layer around the case, which is what the map then shows. */
function ListLink({ layer, place }: { layer: Layer; place: Point }) {
  if (!hasMap.value) return null
  const show = () => {
    closeAll()
    listLayer.value = layer.id
    pane.value = 'list'
    fitTo(boxAround(place))
  }
  return (
    <button type="button" class="link" onClick={show}>
      {words.value.seeInList}
    </button>
  )
}

interface Props {
  layer: Layer
  place: Point
  near: Neighbours
  /** How many cover the point itself, and are named before. */
  covering: number
}

/** Which rights to land lie near a case: how many, and the nearest by name, distance and holder. */
export function NearHere({ layer, place, near, covering }: Props) {
  const t = words.value
  const counted =
    near.total > 0 ? t.nearCount(near.total, NEAR_KM, covering > 0) : covering === 0 && t.noneNear(NEAR_KM)
  return (
    <>
      <li class="also-note">
        {covering === 0 && t.noneUnder(layer.title[lang.value])} {counted}{' '}
        {near.total > near.nearest.length && <ListLink layer={layer} place={place} />}
      </li>
      {near.nearest.map((neighbour) => (
        <NeighbourRow key={neighbour.id} layer={layer} neighbour={neighbour} />
      ))}
    </>
  )
}
