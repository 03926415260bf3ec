import type { GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import { readablePlace } from '../i18n'
import { STATES } from '../state/palette'
import { CASES_FROM_ZOOM, type DepartmentCases } from '../state/panorama'
import { changeLayer, clusterImage } from './caseLayers'
import { FONT } from './fonts'
import type { Tones } from './tones'

export const PANORAMA_SOURCE = 'panorama'
export const PANORAMA_LAYER = 'panorama'

export const panoramaSource = (departments: DepartmentCases[]): GeoJSONSourceSpecification => ({
  type: 'geojson',
  data: {
    type: 'FeatureCollection',
    features: departments.map(({ name, point, count, crises, byState, signs }) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: point },
      properties: {
        name,
        title: readablePlace(name),
        point_count: count,
        crises,
        ...signs,
        ...Object.fromEntries(STATES.map((state) => [state, byState[state] ?? 0])),
      },
    })),
  },
})

const PANORAMA_NAMES = 'panorama-names'

/** One sign for each department, as large as its cases are many, and its name where there is room beside all signs. */
export const panoramaLayers = (opacity: number, tones: Tones, dark: boolean): LayerSpecification[] => [
  {
    // (What stands later is placed first: names keep clear of signs.)
    id: PANORAMA_NAMES,
    type: 'symbol',
    source: PANORAMA_SOURCE,
    maxzoom: CASES_FROM_ZOOM,
    layout: {
      'symbol-sort-key': ['-', ['get', 'point_count']],
      'text-field': ['get', 'title'],
      'text-font': [FONT],
      'text-size': 11.5,
      'text-variable-anchor': ['top', 'bottom'],
      'text-radial-offset': ['+', 1.6, ['*', 0.19, ['sqrt', ['get', 'point_count']]]],
    },
    paint: {
      'text-opacity': opacity,
      'text-color': tones.labelCase,
      'text-halo-color': tones.halo,
      'text-halo-width': 1.4,
    },
  },
  {
    id: PANORAMA_LAYER,
    type: 'symbol',
    source: PANORAMA_SOURCE,
    maxzoom: CASES_FROM_ZOOM,
    layout: {
      'icon-image': clusterImage(dark) as never,
      'icon-allow-overlap': true,
      // Small ones lie on large ones, or one would not see them.
      'symbol-sort-key': ['-', ['get', 'point_count']],
    },
    paint: { 'icon-opacity': opacity },
  },
  {
    ...changeLayer(PANORAMA_SOURCE, opacity),
    id: 'panorama-change',
    maxzoom: CASES_FROM_ZOOM,
  },
]
