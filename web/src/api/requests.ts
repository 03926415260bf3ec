import { getJson } from './client'
import type { Bbox, Catalogue, FeaturePage, ItemCollection, ItemFeature, SearchAnswer } from './types'

/** The most conflict cases drawn and clustered in the browser. */
const MAX_CASES = 2000

export interface FeatureQuery {
  layer: string
  bbox: Bbox | null
  /** Query parameter that filters by category, with its accepted values; `null` means no filter. */
  category: { field: string; values: string[] } | null
  limit: number
}

export function featuresUrl({ layer, bbox, category, limit }: FeatureQuery): string {
  const query = new URLSearchParams()
  if (bbox) query.set('bbox', bbox.join(','))
  if (category) query.set(category.field, category.values.join(','))
  query.set('limit', String(limit))
  return `/api/layers/${encodeURIComponent(layer)}/features?${query.toString().replaceAll('%2C', ',')}`
}

export const itemUrl = (layer: string, id: number) =>
  `/ogc/collections/${encodeURIComponent(layer)}/items/${id}`

/** Template of a layer's vector tiles, from the path in the catalogue; it changes whenever the tiles do. */
export const tilesUrl = (path: string) => `${location.origin}${path}`

export const getCatalogue = () => getJson<Catalogue>('/api/catalogue')

export const getFeatures = (query: FeatureQuery, signal: AbortSignal) =>
  getJson<FeaturePage>(featuresUrl(query), signal)

export const getItem = (layer: string, id: number, signal: AbortSignal) =>
  getJson<ItemFeature>(itemUrl(layer, id), signal)

export const getCases = () => getJson<ItemCollection>(`/ogc/collections/conflicts/items?limit=${MAX_CASES}`)

export const search = (text: string, signal: AbortSignal) =>
  getJson<SearchAnswer>(`/api/search?q=${encodeURIComponent(text)}&limit=20`, signal)
