import type { GeoJSONSource, MapGeoJSONFeature, Map as MapLibre, PointLike } from 'maplibre-gl'
import { getItem } from '../api/requests'
import type { Bbox } from '../api/types'
import { CASES, layers } from '../state/catalogue'
import { chooseDepartment, departmentMeant } from '../state/departments'
import { listLayer } from '../state/filters'
import { type Candidate, offer } from '../state/selection'
import { CASES_SOURCE, CLUSTER_LAYER, SINGLE_LAYER } from './caseLayers'
import { likeliest } from './likeliest'
import { PANORAMA_LAYER } from './panoramaLayers'
import { hitLayerOf } from './tileLayers'

const MAX_LEAVES = 2000

/** How far from a finger or a pointer a mark still counts as hit, in CSS pixels. */
export const REACH = { mouse: 4, touch: 12 }

/** Marks near the place, and areas that cover the very place: a neighbour does not lie there. */
function hitsAround(map: MapLibre, x: number, y: number, reach: number): MapGeoJSONFeature[] {
  const tiled = (geometry: 'point' | 'polygon') =>
    layers.value.filter((layer) => layer.id !== CASES && layer.geometry === geometry).map(hitLayerOf)
  const drawn = (ids: string[]) => ({ layers: ids.filter((id) => map.getLayer(id)) })
  const box: [PointLike, PointLike] = [
    [x - reach, y - reach],
    [x + reach, y + reach],
  ]
  const marks = map.queryRenderedFeatures(
    box,
    drawn([PANORAMA_LAYER, CLUSTER_LAYER, SINGLE_LAYER, ...tiled('point')]),
  )
  return [...marks, ...map.queryRenderedFeatures([x, y], drawn(tiled('polygon')))]
}

function candidateOf(layerId: string, id: unknown, properties: Record<string, unknown>): Candidate {
  const layer = layers.value.find((other) => other.id === layerId)
  const category = layer?.category_field ? properties[layer.category_field] : null
  return {
    layer: layerId,
    id: Number(id),
    name: String(properties.name ?? ''),
    category: typeof category === 'string' ? category : null,
    synthetic: properties.synthetic === true,
  }
}

const layerOf = (hit: MapGeoJSONFeature) => (hit.source === CASES_SOURCE ? CASES : hit.source)

/** One candidate for each feature, in the order of the catalogue: cases first, boundaries last. */
function candidatesOf(hits: MapGeoJSONFeature[]): Candidate[] {
  const found = new Map<string, Candidate>()
  for (const hit of hits) {
    const candidate = candidateOf(layerOf(hit), hit.id, hit.properties)
    found.set(`${candidate.layer}.${candidate.id}`, candidate)
  }
  const order = layers.value.map((layer) => layer.id)
  return [...found.values()].sort((a, b) => order.indexOf(a.layer) - order.indexOf(b.layer))
}

function boxOf(leaves: GeoJSON.Feature[]): Bbox | null {
  const points = leaves.flatMap((leaf) => (leaf.geometry.type === 'Point' ? [leaf.geometry.coordinates] : []))
  const xs = points.map(([x = 0]) => x)
  const ys = points.map(([, y = 0]) => y)
  const box: Bbox = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
  const apart = box[2] - box[0] > 1e-4 || box[3] - box[1] > 1e-4
  return points.length > 0 && apart ? box : null
}

async function offerCluster(map: MapLibre, cluster: MapGeoJSONFeature): Promise<void> {
  const source = map.getSource<GeoJSONSource>(CASES_SOURCE)
  const leaves = (await source?.getClusterLeaves(Number(cluster.properties.cluster_id), MAX_LEAVES, 0)) ?? []
  const candidates = leaves.map((leaf) => candidateOf(CASES, leaf.id, leaf.properties ?? {}))
  offer({ kind: 'cluster', candidates, bbox: boxOf(leaves), at: null })
}

const PATIENCE_MS = 2000

/** Crowded tiles carry no names: whoever has none is asked for it, and goes by its number when that fails. */
function named(candidate: Candidate): Promise<Candidate> {
  const field = layers.value.find((layer) => layer.id === candidate.layer)?.name_field
  if (candidate.name || !field) return Promise.resolve(candidate)
  return getItem(candidate.layer, candidate.id, AbortSignal.timeout(PATIENCE_MS))
    .then(({ properties }) => properties[field])
    .catch(() => null)
    .then((name) => ({ ...candidate, name: typeof name === 'string' && name ? name : `n.º ${candidate.id}` }))
}

/** The cases of a department, on the map and in the list. */
function showDepartment(name: string): void {
  listLayer.value = CASES
  chooseDepartment(departmentMeant(name) ?? name)
}

/** Opens the card of what lies there, or a list to choose from when several things do. */
export async function pickAt(map: MapLibre, x: number, y: number, reach: number): Promise<void> {
  const hits = hitsAround(map, x, y, reach)
  const department = hits.find((hit) => hit.layer.id === PANORAMA_LAYER)
  if (department) return showDepartment(String(department.properties.name))
  const cluster = hits.find((hit) => hit.layer.id === CLUSTER_LAYER)
  if (cluster) return offerCluster(map, cluster)
  const { lng, lat } = map.unproject([x, y])
  const likely = likeliest(candidatesOf(hits))
  // One is opened whatever it is called.
  const candidates = likely.length > 1 ? await Promise.all(likely.map(named)) : likely
  offer({ kind: 'here', candidates, bbox: null, at: [lng, lat] })
}

/** Whether something lies there, for the pointer's shape. */
export const isOverSomething = (map: MapLibre, x: number, y: number) =>
  hitsAround(map, x, y, REACH.mouse).length > 0
