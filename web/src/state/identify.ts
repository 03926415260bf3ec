import { getFeatures, getNear } from '../api/requests'
import type { Layer, Point } from '../api/types'
import { CASES, isEmpty, layers } from './catalogue'
import { type Candidate, offer } from './selection'

/** How far from a place something that is a point still counts as there. */
export const REACH_M = 5000
/** The most of one layer that are named. */
const MOST = 8

const textOf = (value: unknown) => (typeof value === 'string' ? value : null)

/** What one layer has at a place: areas that cover it, points within reach. A layer that does not answer has nothing to say. */
async function inLayer(layer: Layer, place: Point, signal: AbortSignal): Promise<Candidate[]> {
  if (layer.geometry === 'polygon') {
    const [lon, lat] = place
    const query = {
      layer: layer.id,
      bbox: [lon, lat, lon, lat] as [number, number, number, number],
      conditions: {},
      order: 'name',
      limit: MOST,
    }
    const { features } = await getFeatures(query, signal)
    return features.map(({ id, name, category, synthetic, source }) => ({
      layer: layer.id,
      id,
      name,
      category,
      synthetic,
      source,
    }))
  }
  const { features } = await getNear(layer.id, place, REACH_M, MOST, signal)
  return features.map(({ id, properties, rimay, distance_m }) => ({
    layer: layer.id,
    id,
    name: textOf(properties[layer.name_field]) ?? `n.º ${id}`,
    category: layer.category_field ? textOf(properties[layer.category_field]) : null,
    synthetic: rimay?.synthetic ?? false,
    source: rimay?.source ?? null,
    distance_m,
  }))
}

/** Lists what lies at a place or near it, in all layers, whether the map shows them or not: cases first. */
export async function identify(place: Point): Promise<void> {
  const asked = layers.value.filter((layer) => !isEmpty(layer))
  const signal = AbortSignal.timeout(10_000)
  const found = await Promise.allSettled(asked.map((layer) => inLayer(layer, place, signal)))
  const candidates = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  candidates.sort((one, other) => Number(other.layer === CASES) - Number(one.layer === CASES))
  offer({ kind: 'place', candidates, bbox: null, at: place }, true)
}
