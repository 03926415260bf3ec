import { plainName } from '../state/plainName'
import { getJson } from './client'
import type {
  Bbox,
  Catalogue,
  ChangesAnswer,
  FeaturePage,
  ItemCollection,
  ItemFeature,
  NearCollection,
  Point,
  SearchAnswer,
} from './types'

/** The most conflict cases drawn and clustered in the browser: 7,500 are some 250 kB on the way. */
const MAX_CASES = 20_000
/** What lists and signs need of a case; the rest comes with its card. */
const OF_CASES = [
  'name',
  'state',
  'phase',
  'type',
  'activity',
  'department',
  'province',
  'district',
  'started_on',
  'ended_on',
  'date_precision',
  'location_precision',
  'scope',
  'violence_recorded',
]

export interface FeatureQuery {
  layer: string
  bbox: Bbox | null
  /** Accepted values of each field that is filtered by. */
  conditions: Record<string, string[]>
  order: string
  limit: number
}

export function featuresUrl({ layer, bbox, conditions, order, limit }: FeatureQuery): string {
  const query = new URLSearchParams()
  if (bbox) query.set('bbox', bbox.join(','))
  for (const [field, values] of Object.entries(conditions)) query.set(field, values.join(','))
  if (order !== 'name') query.set('sort', order)
  query.set('limit', String(limit))
  return `/api/layers/${encodeURIComponent(layer)}/features?${query.toString().replaceAll('%2C', ',')}`
}

/** All that a list is about as a file, in whatever pieces the list shows it: the same layer, view and conditions. */
export function fileUrl({ layer, bbox, conditions }: FeatureQuery, format: 'csv' | 'geojson'): string {
  const query = new URLSearchParams({ f: format })
  if (bbox) query.set('bbox', bbox.join(','))
  for (const [field, values] of Object.entries(conditions)) {
    if (field !== 'department') query.set(field, values.join(','))
  }
  // A case that lies in several departments names them all.
  const among = (name: string) => {
    const own = plainName(name).replaceAll("'", "''")
    const written = 'ACCENTI(CASEI(department))'
    const likes = [`${own}, %`, `%, ${own}`, `%, ${own}, %`].map((like) => `${written} LIKE '${like}'`)
    return [`${written} = '${own}'`, ...likes].join(' OR ')
  }
  const departments = conditions.department ?? []
  if (departments.length > 0) query.set('filter', departments.map(among).join(' OR '))
  query.set('limit', '1000000')
  return `/ogc/collections/${encodeURIComponent(layer)}/items?${query}`
}

export const itemUrl = (layer: string, id: number) =>
  `/ogc/collections/${encodeURIComponent(layer)}/items/${id}`

/**
 * Template of a layer's vector tiles, from the path in the catalogue; it changes whenever the tiles do. A new try is a
 * new address for the map, which then asks again; the fragment never reaches the server.
 */
export const tilesUrl = (path: string, tries: number) =>
  `${location.origin}${path}${tries ? `#${tries}` : ''}`

export const getCatalogue = () => getJson<Catalogue>('/api/catalogue')

export const getFeatures = (query: FeatureQuery, signal: AbortSignal) =>
  getJson<FeaturePage>(featuresUrl(query), signal)

export const getItem = (layer: string, id: number, signal: AbortSignal) =>
  getJson<ItemFeature>(itemUrl(layer, id), signal)

export const getNear = (layer: string, place: Point, within_m: number, limit: number, signal: AbortSignal) =>
  getJson<NearCollection>(
    `/ogc/collections/${encodeURIComponent(layer)}/items?near=${place.join(',')}&within=${within_m}&limit=${limit}`,
    signal,
  )

export const getCases = () =>
  getJson<ItemCollection>(
    `/ogc/collections/conflicts/items?properties=${OF_CASES.join(',')}&limit=${MAX_CASES}`,
  )

export function changesUrl(since: string, department: string | null): string {
  const query = new URLSearchParams({ since })
  if (department) query.set('department', department)
  return `/api/changes?${query}`
}

export const getChanges = (since: string, department: string | null, signal: AbortSignal) =>
  getJson<ChangesAnswer>(changesUrl(since, department), signal)

/** The most results the server gives at once. */
export const MOST_RESULTS = 100

export const search = (text: string, signal: AbortSignal) =>
  getJson<SearchAnswer>(`/api/search?q=${encodeURIComponent(text)}&limit=${MOST_RESULTS}`, signal)
