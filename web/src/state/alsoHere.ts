import { effect, signal } from '@preact/signals'
import { isAborted } from '../api/client'
import { getFeatures } from '../api/requests'
import type { Bbox, Layer, Point, Row } from '../api/types'
import { CASES, isEmpty, layers } from './catalogue'
import { covers, isPartial } from './coverage'
import { isNearLayer, type Neighbours, neighboursOf } from './neighbours'
import { loaded, type Selection } from './selection'

/** The most features of one layer that a card names; the rest are counted. */
const MOST = 5

/** What one layer has at the place of the open card. */
export interface Overlay {
  layer: Layer
  rows: Row[]
  /** How many there are, named or not. */
  total: number
  /** `unknown` where the layer has no data at all; `failed` when the server did not say. */
  answer: 'known' | 'unknown' | 'failed'
  /** What lies near without covering the point; null where nearness is not asked for. */
  near: Neighbours | null
}

/** What lies under the open card's point, with the card it answers; null until all layers have answered. */
export const alsoHere = signal<{ selection: Selection; place: Point; overlays: Overlay[] } | null>(null)

async function overlayOf(
  layer: Layer,
  [lon, lat]: Point,
  isCase: boolean,
  signal: AbortSignal,
): Promise<Overlay> {
  const nothing = { layer, rows: [], total: 0, near: null }
  if (isPartial(layer) && !covers(layer, [lon, lat])) return { ...nothing, answer: 'unknown' }
  const bbox: Bbox = [lon, lat, lon, lat]
  try {
    const [found, near] = await Promise.all([
      getFeatures({ layer: layer.id, bbox, conditions: {}, order: 'name', limit: MOST }, signal),
      isCase && isNearLayer(layer) ? neighboursOf(layer, [lon, lat], signal) : null,
    ])
    return { layer, rows: found.features, total: found.number_matched, answer: 'known', near }
  } catch (error) {
    if (isAborted(error)) throw error
    return { ...nothing, answer: 'failed' }
  }
}

/** Asks each layer of areas, shown on the map or not, what covers the point of the open card. */
export function followAlsoHere(): () => void {
  return effect(() => {
    const card = loaded.value
    const areas = layers.value.filter((layer) => layer.geometry === 'polygon' && !isEmpty(layer))
    if (card?.item.geometry?.type !== 'Point') {
      alsoHere.value = null
      return
    }
    const place = card.item.geometry.coordinates as Point
    const controller = new AbortController()
    const isCase = card.selection.layer === CASES
    Promise.all(areas.map((layer) => overlayOf(layer, place, isCase, controller.signal)))
      .then((overlays) => {
        alsoHere.value = { selection: card.selection, place, overlays }
      })
      // Only a card that was closed meanwhile ends here.
      .catch(() => {})
    return () => controller.abort()
  })
}
