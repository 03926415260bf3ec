import { plainName } from '../state/plainName'
import { getJson } from './client'
import type {
  Bbox,
  Catalogue,
  ChangesAnswer,
  FeaturePage,
  Institution,
  ItemCollection,
  ItemFeature,
  NearCollection,
  Point,
  Scheme,
  SearchAnswer,
  Timeline,
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
  'institution',
]

export interface FeatureQuery {
  layer: string
  bbox: Bbox | null
  /** Accepted values of each field that is filtered by. */
  conditions: Record<string, string[]>
  /** A condition in CQL2 text. */
  filter?: string | undefined
  /** What only the server can tell of cases: that something happened in a period, that a scheme counts them. */
  lens?: Record<string, string> | undefined
  order: string
  limit: number
}

function queryOf({ bbox, conditions, filter, lens }: Partial<FeatureQuery>): URLSearchParams {
  const query = new URLSearchParams()
  if (bbox) query.set('bbox', bbox.join(','))
  for (const [field, values] of Object.entries(conditions ?? {})) query.set(field, values.join(','))
  if (filter) query.set('filter', filter)
  for (const [name, value] of Object.entries(lens ?? {})) query.set(name, value)
  return query
}

export function featuresUrl({ layer, order, limit, ...meant }: FeatureQuery): string {
  const query = queryOf(meant)
  if (order !== 'name') query.set('sort', order)
  query.set('limit', String(limit))
  return `/api/layers/${encodeURIComponent(layer)}/features?${query.toString().replaceAll('%2C', ',')}`
}

/** All that a list is about as a file, in whatever pieces the list shows it: the same layer, view and conditions. */
export function fileUrl(
  { layer, bbox, conditions, filter, lens }: FeatureQuery,
  format: 'csv' | 'geojson',
): string {
  const { department, ...others } = conditions
  const query = queryOf({ bbox, conditions: others, lens })
  query.set('f', format)
  // A case that lies in several departments names them all.
  const among = (name: string) => {
    const own = plainName(name).replaceAll("'", "''")
    const written = 'ACCENTI(CASEI(department))'
    const likes = [`${own}, %`, `%, ${own}`, `%, ${own}, %`].map((like) => `${written} LIKE '${like}'`)
    return [`${written} = '${own}'`, ...likes].join(' OR ')
  }
  const filters = [filter, department?.map(among).join(' OR ')].filter(Boolean)
  if (filters.length > 0) query.set('filter', filters.map((one) => `(${one})`).join(' AND '))
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

export const getCases = (ready?: Promise<void>) =>
  getJson<ItemCollection>(
    `/ogc/collections/conflicts/items?properties=${OF_CASES.join(',')}&limit=${MAX_CASES}`,
    undefined,
    ready,
  )

export const getSchemes = () => getJson<{ schemes: Scheme[] }>('/api/schemes')

export const getInstitutions = () => getJson<{ institutions: Institution[] }>('/api/institutions')

export const timelineUrl = (asked: Partial<FeatureQuery>) => `/api/timeline?${queryOf(asked)}`

export const getTimeline = (asked: Partial<FeatureQuery>, signal: AbortSignal) =>
  getJson<Timeline>(timelineUrl(asked), signal)

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
