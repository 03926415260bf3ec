import type { LayerSpecification, SourceSpecification, SymbolLayerSpecification } from 'maplibre-gl'
import type { Lang } from '../api/types'
import { FONT, FONT_BOLD } from './fonts'
import type { Tones } from './tones'

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

const OWN = `${BASE_PREFIX}own`

/**
 * Tiles beside the page, cut when the program is built (fixtures/demo/src/basemap/tiles.mjs, whose zooms and frame these are): what
 * the browser would have to cut itself made the map late on a slow machine.
 */
const basemapSources = (): Record<string, SourceSpecification> => ({
  [OWN]: {
    type: 'vector',
    tiles: [`${location.origin}/basemap/{z}/{x}/{y}.pbf`],
    minzoom: 2,
    maxzoom: 6,
    bounds: [-114, -57, -30, 18],
  },
})

const isPeru = ['in', ['get', 'iso'], ['literal', ['PER', 'PE', '604']]] as const

/** Land, water and boundaries, under the data. */
function basemapLayers(tones: Tones): LayerSpecification[] {
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': tones.sea } },
    {
      id: 'land',
      type: 'fill',
      source: OWN,
      'source-layer': 'countries',
      paint: { 'fill-color': ['case', isPeru as never, tones.peru, tones.land], 'fill-antialias': false },
    },
    {
      id: 'lakes',
      type: 'fill',
      source: OWN,
      'source-layer': 'waters',
      filter: ['==', ['get', 'kind'], 'lake'],
      paint: { 'fill-color': tones.water, 'fill-antialias': false },
    },
    {
      id: 'rivers',
      type: 'line',
      source: OWN,
      'source-layer': 'waters',
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
      source: OWN,
      'source-layer': 'departments',
      paint: { 'line-color': tones.department, 'line-width': 0.8 },
    },
    {
      id: 'borders',
      type: 'line',
      source: OWN,
      'source-layer': 'countries',
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
  /** Name of the collection. */
  of: string
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
    source: OWN,
    'source-layer': style.of,
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
      of: 'waters',
      text: name,
      color: tones.labelSea,
      size: 11,
      filter: kind('river'),
      minzoom: 6,
      layout: { 'symbol-placement': 'line', 'text-letter-spacing': 0.06 },
    }),
    label(tones, {
      id: 'lake-labels',
      of: 'waters',
      text: name,
      color: tones.labelSea,
      size: 11,
      filter: kind('lake'),
      minzoom: 5.5,
    }),
    label(tones, {
      id: 'sea-labels',
      of: 'labels',
      text: name,
      color: tones.labelSea,
      size: 13,
      filter: kind('sea'),
      layout: { 'text-letter-spacing': 0.2 },
    }),
    label(tones, {
      id: 'country-labels',
      of: 'labels',
      text: name,
      color: tones.labelSoft,
      size: ['interpolate', ['linear'], ['zoom'], 3, 10, 6, 14],
      filter: ['all', kind('country'), ['!=', ['get', 'name_en'], 'Peru']],
      layout: CAPITALS,
    }),
    label(tones, {
      id: 'department-labels',
      of: 'department_labels',
      text: ['get', 'name'],
      color: tones.labelSoft,
      size: ['interpolate', ['linear'], ['zoom'], 5, 9.5, 8, 13],
      minzoom: 5.2,
      layout: { ...CAPITALS, 'text-letter-spacing': 0.1, 'text-padding': 6 },
    }),
    {
      id: 'town-dots',
      type: 'circle',
      source: OWN,
      'source-layer': 'towns',
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
      of: 'towns',
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
    of: 'towns',
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
