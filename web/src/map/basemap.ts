import type { LayerSpecification, SourceSpecification, SymbolLayerSpecification } from 'maplibre-gl'
import type { Lang } from '../api/types'
import { FONT, FONT_BOLD } from './fonts'
import type { Tones } from './tones'

const FILES = ['countries', 'departments', 'department_labels', 'towns', 'waters', 'labels'] as const
/** Sources and layers of the base map begin with it. */
export const BASE_PREFIX = 'base-'

export const isBasemap = (source: string) => source.startsWith(BASE_PREFIX)

/** What lies under the data, and the names that lie over it. */
export interface Base {
  sources: Record<string, SourceSpecification>
  under: LayerSpecification[]
  over: LayerSpecification[]
  /** Where the signs of a style are. */
  sprite?: string
}

/** Our own: static files beside the page. */
export const ownBase = (tones: Tones, lang: Lang): Base => ({
  sources: basemapSources(),
  under: basemapLayers(tones),
  over: basemapLabels(tones, lang),
})

/** Static files beside the page; any that is missing simply leaves its layers empty. */
function basemapSources(): Record<string, SourceSpecification> {
  const source = (file: string): SourceSpecification => ({
    type: 'geojson',
    data: `${location.origin}/basemap/${file}.json`,
    maxzoom: 10,
    tolerance: 0.3,
  })
  return Object.fromEntries(FILES.map((file) => [BASE_PREFIX + file, source(file)]))
}

const isPeru = ['in', ['get', 'iso'], ['literal', ['PER', 'PE', '604']]] as const

/** Land, water and boundaries, under the data. */
function basemapLayers(tones: Tones): LayerSpecification[] {
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': tones.sea } },
    {
      id: 'land',
      type: 'fill',
      source: 'base-countries',
      paint: { 'fill-color': ['case', isPeru as never, tones.peru, tones.land], 'fill-antialias': false },
    },
    {
      id: 'lakes',
      type: 'fill',
      source: 'base-waters',
      filter: ['==', ['get', 'kind'], 'lake'],
      paint: { 'fill-color': tones.water, 'fill-antialias': false },
    },
    {
      id: 'rivers',
      type: 'line',
      source: 'base-waters',
      filter: ['==', ['get', 'kind'], 'river'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': tones.water,
        'line-width': ['interpolate', ['linear'], ['zoom'], 4, 0.8, 10, 3],
      },
    },
    {
      id: 'department-lines',
      type: 'line',
      source: 'base-departments',
      paint: { 'line-color': tones.department, 'line-width': 0.8 },
    },
    {
      id: 'borders',
      type: 'line',
      source: 'base-countries',
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': ['case', isPeru as never, tones.border, tones.coast],
        'line-width': ['case', isPeru as never, 1.4, 0.7],
      },
    },
  ]
}

interface LabelStyle {
  id: string
  source: string
  text: unknown
  color: string
  size: unknown
  filter?: unknown
  layout?: SymbolLayerSpecification['layout']
  minzoom?: number
}

const label = (tones: Tones, style: LabelStyle): LayerSpecification =>
  ({
    id: style.id,
    type: 'symbol',
    source: style.source,
    ...(style.minzoom ? { minzoom: style.minzoom } : {}),
    ...(style.filter ? { filter: style.filter } : {}),
    layout: {
      'text-field': style.text,
      'text-font': [FONT],
      'text-size': style.size,
      'text-max-width': 8,
      ...style.layout,
    },
    paint: { 'text-color': style.color, 'text-halo-color': tones.halo, 'text-halo-width': 1.4 },
  }) as LayerSpecification

const CAPITALS = { 'text-transform': 'uppercase', 'text-letter-spacing': 0.14 } as const

/** Town names appear by rank as the map comes closer: the capital first, villages last. */
const townZoom = ['step', ['zoom'], 2, 5.8, 3, 7.2, 9]

/** Names over the data: countries and sea, departments, waters, towns. */
function basemapLabels(tones: Tones, lang: Lang): LayerSpecification[] {
  const name = ['get', `name_${lang}`]
  const kind = (value: string) => ['==', ['get', 'kind'], value]
  return [
    label(tones, {
      id: 'river-labels',
      source: 'base-waters',
      text: name,
      color: tones.labelSea,
      size: 11,
      filter: kind('river'),
      minzoom: 6,
      layout: { 'symbol-placement': 'line', 'text-letter-spacing': 0.06 },
    }),
    label(tones, {
      id: 'lake-labels',
      source: 'base-waters',
      text: name,
      color: tones.labelSea,
      size: 11,
      filter: kind('lake'),
      minzoom: 5.5,
    }),
    label(tones, {
      id: 'sea-labels',
      source: 'base-labels',
      text: name,
      color: tones.labelSea,
      size: 13,
      filter: kind('sea'),
      layout: { 'text-letter-spacing': 0.2 },
    }),
    label(tones, {
      id: 'country-labels',
      source: 'base-labels',
      text: name,
      color: tones.labelSoft,
      size: ['interpolate', ['linear'], ['zoom'], 3, 10, 6, 14],
      filter: ['all', kind('country'), ['!=', ['get', 'name_en'], 'Peru']],
      layout: CAPITALS,
    }),
    label(tones, {
      id: 'department-labels',
      source: 'base-department_labels',
      text: ['get', 'name'],
      color: tones.labelSoft,
      size: ['interpolate', ['linear'], ['zoom'], 5, 9.5, 8, 13],
      minzoom: 5.2,
      layout: { ...CAPITALS, 'text-letter-spacing': 0.1, 'text-padding': 6 },
    }),
    {
      id: 'town-dots',
      type: 'circle',
      source: 'base-towns',
      filter: ['<=', ['get', 'rank'], townZoom] as never,
      paint: {
        'circle-radius': ['match', ['get', 'rank'], 1, 2.6, 1.7],
        'circle-color': tones.label,
        'circle-stroke-color': tones.halo,
        'circle-stroke-width': 1,
      },
    },
    label(tones, {
      id: 'town-labels',
      source: 'base-towns',
      text: ['get', 'name'],
      color: tones.label,
      size: ['interpolate', ['linear'], ['zoom'], 4, 11, 10, 14],
      filter: ['all', ['<=', ['get', 'rank'], townZoom], ['>', ['get', 'rank'], 1]],
      layout: {
        'symbol-sort-key': ['get', 'rank'],
        'text-variable-anchor': ['left', 'right', 'top', 'bottom'],
        'text-radial-offset': 0.5,
        'text-justify': 'auto',
      } as never,
    }),
  ]
}

/** Whether the names are our own, which leave that of the capital out. */
export const ownsCapital = ({ over }: Base) => over.some(({ id }) => id === 'town-labels')

/** The capital's name stands over the cases, on the side of the sea: what is on top is placed first. */
export const capitalLabel = (tones: Tones): LayerSpecification =>
  label(tones, {
    id: 'capital-label',
    source: 'base-towns',
    text: ['get', 'name'],
    color: tones.label,
    size: ['interpolate', ['linear'], ['zoom'], 4, 12.5, 10, 14],
    filter: ['==', ['get', 'rank'], 1],
    layout: {
      'text-font': [FONT_BOLD],
      'text-variable-anchor': ['right', 'bottom', 'top', 'left'],
      'text-radial-offset': 0.9,
      'text-justify': 'auto',
    },
  })
