import type { GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import type { ItemFeature } from '../api/types'
import type { Tones } from './tones'

export const SELECTION_SOURCE = 'selection'

export function selectionSource(item: ItemFeature | null): GeoJSONSourceSpecification {
  const features = item?.geometry
    ? [{ type: 'Feature', geometry: item.geometry, properties: {} } as const]
    : []
  return { type: 'geojson', data: { type: 'FeatureCollection', features: [...features] } }
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

/** The open card's point, ringed above clusters that would hide it. */
export function selectedPoint(tones: Tones): LayerSpecification[] {
  return [
    {
      id: 'selection-point',
      type: 'circle',
      source: SELECTION_SOURCE,
      filter: ['in', ['geometry-type'], ['literal', ['Point', 'MultiPoint']]],
      paint: {
        'circle-radius': 14,
        'circle-color': tones.selection,
        'circle-opacity': 0.16,
        'circle-stroke-color': tones.selection,
        'circle-stroke-width': 2.5,
      },
    },
  ]
}
