import type { GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import type { ItemFeature, Point } from '../api/types'
import { stateIcon } from './caseLayers'
import type { Tones } from './tones'

export const SELECTION_SOURCE = 'selection'

/**
 * The open card's shape, a case's own sign where the map does not draw it, only a ring where it does, and
 * the place of a click whose finds are being chosen from.
 */
export function selectionSource(
  item: ItemFeature | null,
  sign: 'case' | 'ring' | 'other',
  pin: Point | null,
): GeoJSONSourceSpecification {
  const features: GeoJSON.Feature[] = []
  if (item?.geometry) {
    const properties = sign === 'case' ? { ...item.properties, role: sign } : { role: sign }
    features.push({ type: 'Feature', geometry: item.geometry, properties })
  }
  if (pin) {
    features.push({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: pin },
      properties: { role: 'pin' },
    })
  }
  return { type: 'geojson', data: { type: 'FeatureCollection', features } }
}

/** The open card's area, with a cased outline under the cases. */
export function selectedArea(tones: Tones): LayerSpecification[] {
  const line = (id: string, color: string, width: number): LayerSpecification => ({
    id,
    type: 'line',
    source: SELECTION_SOURCE,
    filter: ['in', ['geometry-type'], ['literal', ['Polygon', 'MultiPolygon']]],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': width },
  })
  return [line('selection-casing', tones.selectionCase, 6), line('selection-line', tones.selection, 3)]
}

/**
 * The open card's point, ringed. A case that the map draws, alone or counted in a cluster, has nothing but the ring,
 * or it would be seen twice; one that the filters hide has its own sign.
 */
export function selectedPoint(tones: Tones): LayerSpecification[] {
  const isPoint = ['in', ['geometry-type'], ['literal', ['Point', 'MultiPoint']]]
  return [
    {
      id: 'selection-point',
      type: 'circle',
      source: SELECTION_SOURCE,
      filter: ['all', isPoint, ['!=', ['get', 'role'], 'pin']] as never,
      paint: {
        'circle-radius': 14,
        'circle-color': tones.halo,
        'circle-opacity': ['case', ['==', ['get', 'role'], 'ring'], 0, 0.9],
        'circle-stroke-color': tones.selection,
        'circle-stroke-width': 2.5,
      },
    },
    {
      id: 'selection-case',
      type: 'symbol',
      source: SELECTION_SOURCE,
      filter: ['==', ['get', 'role'], 'case'],
      layout: {
        'icon-image': stateIcon as never,
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    },
    {
      id: 'selection-pin',
      type: 'circle',
      source: SELECTION_SOURCE,
      filter: ['==', ['get', 'role'], 'pin'],
      paint: {
        'circle-radius': 5,
        'circle-color': tones.selection,
        'circle-stroke-color': tones.selectionCase,
        'circle-stroke-width': 2,
      },
    },
  ]
}
