import { getNear } from '../api/requests'
import type { Bbox, ItemFeature, Layer, Point } from '../api/types'

/** How far from a case something still counts as near. */
export const NEAR_M = 5000
/** The nearest that a card names. */
const NAMED = 3
/** Asked for, since some of the nearest cover the point itself and are named apart. */
const ASKED = 5

/** Layers of rights to land: which of them lie near a case matters as much as which cover it. */
const NEAR_LAYERS = ['mining_concessions', 'indigenous_territories']

export const isNearLayer = ({ id }: Layer) => NEAR_LAYERS.includes(id)

export interface Neighbour {
  id: number
  name: string
  category: string | null
  /** Who holds it, where the layer says. */
  holder: string | null
  distance_m: number
}

/** What lies near a point without covering it. */
export interface Neighbours {
  total: number
  nearest: Neighbour[]
}

const textIn = ({ properties }: ItemFeature, field: string | null): string | null => {
  const value = field === null ? null : properties[field]
  return typeof value === 'string' && value ? value : null
}

export async function neighboursOf(layer: Layer, place: Point, signal: AbortSignal): Promise<Neighbours> {
  const answer = await getNear(layer.id, place, NEAR_M, ASKED, signal)
  const beside = answer.features.filter(({ distance_m }) => distance_m > 0)
  const covering = answer.features.length - beside.length
  return {
    total: answer.numberMatched - covering,
    nearest: beside.slice(0, NAMED).map((item) => ({
      id: item.id,
      name: textIn(item, layer.name_field) ?? '',
      category: textIn(item, layer.category_field),
      holder: textIn(item, 'holder'),
      distance_m: item.distance_m,
    })),
  }
}

const METRES_IN_DEGREE = 111_320

/** The box around a point that holds all that is near it. */
export function boxAround([lon, lat]: Point): Bbox {
  const high = NEAR_M / METRES_IN_DEGREE
  const wide = high / Math.cos((lat * Math.PI) / 180)
  return [lon - wide, lat - high, lon + wide, lat + high]
}
