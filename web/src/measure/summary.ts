import { getJson } from '../api/client'
import type { Layer } from '../api/types'
import type { Area } from '../overlaps/area'
import { CASES, isEmpty, layers } from '../state/catalogue'

/** Bytes that a filter may have. */
const MOST_BYTES = 8000

export interface LayerSummary {
  layer: Layer
  count: number
  /** The list of these very features, as a page. */
  list: string
}

/** An area in WKT, to a ten-millionth of a degree, which is a centimetre. */
export function wktOf(area: Area): string {
  const ring = (positions: number[][]) =>
    `(${positions.map(([lon = 0, lat = 0]) => `${Number(lon.toFixed(7))} ${Number(lat.toFixed(7))}`).join(',')})`
  const polygon = (rings: number[][][]) => `(${rings.map(ring).join(',')})`
  return area.type === 'Polygon'
    ? `POLYGON${polygon(area.coordinates)}`
    : `MULTIPOLYGON(${area.coordinates.map(polygon).join(',')})`
}

/** The condition to lie in an area; null where it is too long to be asked. */
export function conditionIn(area: Area): string | null {
  const filter = `S_INTERSECTS(geometry,${wktOf(area)})`
  return filter.length > MOST_BYTES ? null : filter
}

/** How many features of each layer touch an area; those of none are left out, but for conflicts. */
export async function summarise(filter: string, signal: AbortSignal): Promise<LayerSummary[]> {
  const asked = layers.peek().filter((layer) => !isEmpty(layer))
  const counted = await Promise.all(
    asked.map(async (layer) => {
      const items = `/ogc/collections/${encodeURIComponent(layer.id)}/items?filter=${encodeURIComponent(filter)}`
      const { numberMatched } = await getJson<{ numberMatched: number }>(
        `${items}&limit=1&properties=`,
        signal,
      )
      return { layer, count: numberMatched, list: `${items}&f=html` }
    }),
  )
  // That there is no conflict is an answer, too.
  return counted.filter(({ layer, count }) => count > 0 || layer.id === CASES)
}
