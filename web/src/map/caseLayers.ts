import type { GeoJSONSourceSpecification, LayerSpecification, SymbolLayerSpecification } from 'maplibre-gl'
import type { ChangedCase, ItemCollection } from '../api/types'
import { SIGNS } from '../state/changes'
import { STATES } from '../state/palette'
import { PRECISE, PRECISION } from '../state/precision'
import { severityOf } from '../state/severity'
import { FONT_BOLD, SHORT_NAME } from './fonts'
import type { Tones } from './tones'

export const CASES_SOURCE = 'cases'
export const CLUSTER_LAYER = 'cases-cluster'
export const SINGLE_LAYER = 'cases-single'
/** Signs of what became of cases, beside their own. */
export const CHANGE_LAYER = 'cases-change'

/** Close enough that cases still together there share one point: their cluster never opens, so it lists them. */
const CLUSTER_MAX_ZOOM = 19

const NOTHING: ItemCollection = { type: 'FeatureCollection', features: [] }

/** Signs of changes; of a cluster the first that one of its cases has. */
const SHOWN_SIGNS = ['up', 'plus', 'down']

/** The gravest severity. */
const WORST = 5

/** What is drawn or said of a case on the map: all else would be copied to the worker for nothing. */
const DRAWN = ['name', 'state', 'synthetic', PRECISION]

const countOf = (property: string, value: string | number) => [
  '+',
  ['case', ['==', ['get', property], value], 1, 0],
]

const signOfCluster = [
  'case',
  ...SHOWN_SIGNS.flatMap((sign) => [['>', ['coalesce', ['get', sign], 0], 0], `change|${sign}`]),
  '',
]

/** At the upper right of a sign: of a cluster, as far out as it is large. */
const besideSign = [
  'interpolate',
  ['linear'],
  ['sqrt', ['coalesce', ['get', 'point_count'], 1]],
  1,
  ['literal', [9, -9]],
  9,
  ['literal', [19, -19]],
]

export function casesSource(
  cases: ItemCollection | null,
  changes: ReadonlyMap<number, ChangedCase>,
): GeoJSONSourceSpecification {
  const inPlace = cases?.features.filter((feature) => feature.geometry) ?? NOTHING.features
  const placed = inPlace.map((feature) => {
    const changed = changes.get(Number(feature.id))
    const severity = Number(severityOf(feature.properties) ?? 0)
    const sign = changed ? { sign: SIGNS[changed.change] } : {}
    const kept = Object.fromEntries(DRAWN.map((name) => [name, feature.properties?.[name]]))
    return { ...feature, properties: { ...kept, severity, ...sign } }
  })
  return {
    type: 'geojson',
    data: { type: 'FeatureCollection', features: placed as GeoJSON.Feature[] },
    maxzoom: CLUSTER_MAX_ZOOM + 1,
    cluster: true,
    clusterRadius: 40,
    clusterMaxZoom: CLUSTER_MAX_ZOOM,
    clusterProperties: Object.fromEntries([
      ...STATES.map((state) => [state, countOf('state', state)]),
      ...SHOWN_SIGNS.map((sign) => [sign, countOf('sign', sign)]),
      ['crises', countOf('severity', WORST)],
    ]),
  }
}

const isPrecise = ['in', ['coalesce', ['get', PRECISION], ''], ['literal', PRECISE]]

/** A case whose place is only known roughly has a dotted circle around its sign. */
export const stateIcon = [
  'concat',
  ['case', isPrecise, 'state|', 'state-around|'],
  ['coalesce', ['get', 'state'], ''],
]

const urgency = ['match', ['get', 'state'], ...STATES.flatMap((state, at) => [state, STATES.length - at]), 0]

/** A cluster of many in crisis is all of that colour, so that the worst few stand out; of few, a dot shows through. */
const MANY = 0.25
const worstOfCluster = [
  'case',
  ['==', ['get', 'crises'], 0],
  'none',
  ['>=', ['get', 'crises'], ['*', MANY, ['get', 'point_count']]],
  'many',
  'some',
]

/** The sign of a cluster, or of whatever else has its counts. */
export function clusterImage(dark: boolean) {
  const counts = STATES.flatMap((state) => ['|', ['to-string', ['get', state]]])
  return [
    'concat',
    `cluster|${dark ? 'dark' : 'light'}|`,
    worstOfCluster,
    '|',
    ['to-string', ['get', 'point_count']],
    ...counts,
  ]
}

/** Signs of what became of cases, beside theirs or that of their group. */
export const changeLayer = (source: string, opacity: number): SymbolLayerSpecification => ({
  id: CHANGE_LAYER,
  type: 'symbol',
  source,
  filter: ['any', ['has', 'sign'], ['!=', signOfCluster, '']] as never,
  layout: {
    'icon-image': ['case', ['has', 'sign'], ['concat', 'change|', ['get', 'sign']], signOfCluster] as never,
    'icon-allow-overlap': true,
    'icon-offset': besideSign as never,
  },
  paint: { 'icon-opacity': opacity },
})

/** Signs of cases and of groups of them, from a zoom on. */
export function caseLayers(
  opacity: number,
  tones: Tones,
  dark: boolean,
  minzoom: number,
): LayerSpecification[] {
  return [
    {
      id: SINGLE_LAYER,
      type: 'symbol',
      source: CASES_SOURCE,
      minzoom,
      filter: ['!', ['has', 'point_count']],
      layout: {
        'icon-image': stateIcon as never,
        'icon-allow-overlap': true,
        'symbol-sort-key': urgency as never,
        'text-field': ['step', ['zoom'], '', 8.5, SHORT_NAME] as never,
        'text-font': [FONT_BOLD],
        'text-size': 12.5,
        'text-optional': true,
        'text-max-width': 12,
        'text-anchor': 'left',
        'text-offset': [1.45, 0],
        'text-justify': 'left',
      },
      paint: {
        'icon-opacity': opacity,
        'text-opacity': opacity,
        'text-color': tones.labelCase,
        'text-halo-color': tones.halo,
        'text-halo-width': 1.6,
      },
    },
    {
      id: CLUSTER_LAYER,
      type: 'symbol',
      source: CASES_SOURCE,
      minzoom,
      filter: ['has', 'point_count'],
      layout: {
        'icon-image': clusterImage(dark) as never,
        'icon-allow-overlap': true,
        'symbol-sort-key': ['get', 'point_count'],
      },
      paint: { 'icon-opacity': opacity },
    },
    { ...changeLayer(CASES_SOURCE, opacity), minzoom },
  ]
}
