import type { GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import type { ItemCollection } from '../api/types'
import { STATES } from '../state/palette'
import { PRECISE, PRECISION } from '../state/precision'
import { FONT_BOLD, SHORT_NAME } from './fonts'
import type { Tones } from './tones'

export const CASES_SOURCE = 'cases'
export const CLUSTER_LAYER = 'cases-cluster'
export const SINGLE_LAYER = 'cases-single'

/** Close enough that cases still together there share one point: their cluster never opens, so it lists them. */
const CLUSTER_MAX_ZOOM = 19

const NOTHING: ItemCollection = { type: 'FeatureCollection', features: [] }

const countOf = (state: string) => ['+', ['case', ['==', ['get', 'state'], state], 1, 0]]

export function casesSource(cases: ItemCollection | null): GeoJSONSourceSpecification {
  const placed = cases?.features.filter((feature) => feature.geometry) ?? NOTHING.features
  return {
    type: 'geojson',
    data: { type: 'FeatureCollection', features: placed as GeoJSON.Feature[] },
    maxzoom: CLUSTER_MAX_ZOOM + 1,
    cluster: true,
    clusterRadius: 40,
    clusterMaxZoom: CLUSTER_MAX_ZOOM,
    clusterProperties: Object.fromEntries(STATES.map((state) => [state, countOf(state)])),
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

function clusterImage(dark: boolean) {
  const counts = STATES.flatMap((state) => ['|', ['to-string', ['get', state]]])
  return ['concat', `cluster|${dark ? 'dark' : 'light'}|`, ['to-string', ['get', 'point_count']], ...counts]
}

export function caseLayers(opacity: number, tones: Tones, dark: boolean): LayerSpecification[] {
  return [
    {
      id: SINGLE_LAYER,
      type: 'symbol',
      source: CASES_SOURCE,
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
      filter: ['has', 'point_count'],
      layout: {
        'icon-image': clusterImage(dark) as never,
        'icon-allow-overlap': true,
        'symbol-sort-key': ['get', 'point_count'],
      },
      paint: { 'icon-opacity': opacity },
    },
  ]
}
