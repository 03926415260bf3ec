import type { Feature, FeatureCollection, Geometry } from 'geojson'

/** West, south, east, north in degrees (EPSG:4326). */
export type Bbox = [number, number, number, number]

/** Longitude, latitude in degrees (EPSG:4326). */
export type Point = [number, number]

export type Lang = 'es' | 'en'
export type Bilingual = Record<Lang, string>

export interface Code extends Bilingual {
  code: string
}

export interface Field {
  name: string
  title: Bilingual
  type: 'text' | 'integer' | 'real' | 'boolean' | 'date' | 'code'
  unit: string | null
  codes: Code[]
}

export interface Source {
  preset: string
  title: Bilingual
  source: Bilingual
  licence: string
  attribution: string
  demonstration: boolean
  synthetic: boolean
  count: number
  /** Day the data is of, where that is known. */
  valid_on: string | null
  received_at: string
  file_name: string
}

export type Outline = 'solid' | 'dash' | 'long_dash' | 'dot'

export interface Layer {
  id: string
  title: Bilingual
  description: Bilingual
  geometry: 'point' | 'polygon'
  name_field: string
  category_field: string | null
  list_fields: string[]
  visible: boolean
  min_zoom: number
  fields: Field[]
  style: {
    colors: Record<string, string>
    default_color: string
    outline: Outline | null
    fill_opacity: number | null
  }
  count: number
  bbox: Bbox | null
  revision: number
  updated_at: string | null
  /** Path of its vector tiles. */
  tiles: string
  sources: Source[]
}

export interface Catalogue {
  name: string
  version: string
  revision: number
  updated_at: string | null
  layers: Layer[]
  /** What lies under them, where whoever runs the server chose another than our own. */
  basemap: ChosenBasemap | null
}

/** A base map that whoever runs the server chose: tiles of a file, or a MapLibre style at an address. */
export type ChosenBasemap = ChosenTiles | { kind: 'style'; url: string }

export interface ChosenTiles {
  kind: 'tiles'
  is_vector: boolean
  /** Path with places for zoom, column and row. */
  tiles: string
  min_zoom: number
  max_zoom: number
  /** West, south, east, north. */
  bounds: [number, number, number, number]
  attribution: string
  /** Names of the layers within vector tiles. */
  layers: string[]
}

/** One row of a list: a feature without its geometry, with the layer's list fields only. */
export interface Row {
  id: number
  code: string | null
  name: string
  category: string | null
  point: Point | null
  bbox: Bbox | null
  properties: Record<string, unknown>
  source: string
  synthetic: boolean
}

export interface FeaturePage {
  layer: string
  revision: number
  number_matched: number
  /** How many of the matched have no place, and so are in no view. */
  number_without_place: number
  number_returned: number
  /** Matched features of each category, whatever category the request asked for. */
  categories: Record<string, number>
  /** How many of those have no place. */
  categories_without_place: Record<string, number>
  features: Row[]
}

export interface SearchResult {
  layer: string
  id: number
  name: string
  code: string | null
  category: string | null
  point: Point | null
  bbox: Bbox | null
  context: string | null
  synthetic: boolean
  properties?: { holder?: string | null }
}

/** A place that the searched text itself says, as coordinates. */
export interface FoundPlace {
  point: Point
  /** The UTM zone it was told or taken in. */
  zone: number | null
}

export interface SearchAnswer {
  query: string
  places: FoundPlace[]
  results: SearchResult[]
}

export type Properties = Record<string, unknown>

/** A GeoJSON feature with the member that says which source it came from. */
export type ItemFeature = Feature<Geometry | null, Properties> & {
  rimay?: { source: string | null; synthetic: boolean; demonstration: boolean }
}

/** Features near a place, the nearest first. */
export interface NearCollection {
  numberMatched: number
  features: (ItemFeature & { id: number; distance_m: number })[]
}

export type ItemCollection = FeatureCollection<Geometry | null, Properties>

/** What became of a case between two days. */
export type ChangeKind = 'escalated' | 'new' | 'reactivated' | 'deescalated' | 'resolved' | 'withdrawn'

export interface StandingTold {
  state: string
  phase: string | null
}

export interface ChangedCase {
  change: ChangeKind
  /** Of the register. */
  case: string | null
  /** On the map. */
  feature: number | null
  name: string | null
  department: string | null
  before: StandingTold | null
  after: StandingTold
  on: string | null
  synthetic: boolean
}

export interface ChangesAnswer {
  since: string
  until: string
  revision: string
  counts: Record<ChangeKind, number>
  number_matched: number
  number_returned: number
  changes: ChangedCase[]
}

/** What happened in some time. */
export interface Happened {
  events: number
  protests: number
  began: number
  ended: number
}

/** When something happened in cases. */
export interface Timeline {
  layer: string
  revision: number
  number_matched: number
  number_without_time: number
  months: (Happened & { month: string })[]
  /** Where a period or a scheme was asked for. */
  meant?: Happened & { from: string | null; to: string | null; number_matched: number; features: number[] }
}

export interface Institution {
  id: string
  title_es: string
  title_en: string
  closed: boolean
}

/** Which cases an institution counts. */
export interface Scheme {
  id: string
  version: number
  institution: string
  title_es: string
  title_en: string
  definition_es: string
  definition_en: string
}
