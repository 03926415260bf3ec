import type { GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import type { ItemFeature } from '../api/types'
import type { Tones } from './tones'

export const SELECTION_SOURCE = 'selection'

export function selectionSource(item: ItemFeature | null): GeoJSONSourceSpecification {
  const features = item?.geometry ? [{ type: 'Feature', geometry: item.geometry, properties: {} } as const] : []
  return { type: 'geojson', data: { type: 'FeatureCollection', features: [...features] } }
}

/** The open card's feature: a cased outline around an area, a ring around a point. */
export function selectionLayers(tones: Tones): LayerSpecification[] {
  const line = (id: string, color: string, width: number): LayerSpecification => ({
    id,
    type: 'line',
    source: SELECTION_SOURCE,
    filter: ['==', ['geometry-type'], 'Polygon'],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': width },
  })
  return [
    line('selection-casing', tones.selectionCase, 6),
    line('selection-line', tones.selection, 3),
    {
      id: 'selection-point',
      type: 'circle',
      source: SELECTION_SOURCE,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 16,
        'circle-color': tones.selection,
        'circle-opacity': 0.16,
        'circle-stroke-color': tones.selection,
        'circle-stroke-width': 2.5,
      },
    },
  ]
}
