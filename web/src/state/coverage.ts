import type { Bbox, Layer, Row } from '../api/types'
import { PERU } from './view'

/** A layer whose box takes up less than this share of the country's does not speak for the country. */
const WHOLE_COUNTRY = 0.4
/** Two boxes that share this much of what they cover together are the same region to a reader. */
const SAME_REGION = 0.6

const sizeOf = ([west, south, east, north]: Bbox) => Math.max(0, east - west) * Math.max(0, north - south)

const common = (one: Bbox, other: Bbox): number =>
  sizeOf([
    Math.max(one[0], other[0]),
    Math.max(one[1], other[1]),
    Math.min(one[2], other[2]),
    Math.min(one[3], other[3]),
  ])

/** How alike two boxes are: what they share of all they cover, 0 to 1. */
export function likeness(one: Bbox, other: Bbox): number {
  const shared = common(one, other)
  return shared === 0 ? 0 : shared / (sizeOf(one) + sizeOf(other) - shared)
}

/** True when a layer has data for a part of the country only: elsewhere its blank means nothing. */
export const isPartial = (layer: Layer): boolean =>
  layer.bbox !== null && common(layer.bbox, PERU) < WHOLE_COUNTRY * sizeOf(PERU)

/** Whether a part of the map has nothing of a layer because the layer has no data for that part. */
export const isOutside = (layer: Layer, view: Bbox): boolean =>
  isPartial(layer) && layer.bbox !== null && common(layer.bbox, view) === 0

/** Whether a place lies where the layer has data at all. */
export const covers = ({ bbox }: Layer, [lon, lat]: [number, number]): boolean =>
  bbox !== null && lon >= bbox[0] && lat >= bbox[1] && lon <= bbox[2] && lat <= bbox[3]

/** The department that a layer's data lie in and about, when there is one that matches them. */
export function regionOf(layer: Layer, departments: Row[] | null): string | null {
  if (!layer.bbox || !departments) return null
  let best: Row | null = null
  let most = SAME_REGION
  for (const row of departments) {
    const alike = row.bbox ? likeness(row.bbox, layer.bbox) : 0
    if (alike < most) continue
    best = row
    most = alike
  }
  return best?.name ?? null
}
