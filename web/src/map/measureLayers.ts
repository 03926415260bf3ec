import type { Feature } from 'geojson'
import type { GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import { corners, measuredArea } from '../state/measure'
import type { Tones } from './tones'

export const MEASURE_SOURCE = 'measure'

const feature = (geometry: Feature['geometry']): Feature => ({ type: 'Feature', properties: {}, geometry })

/** What is being measured: its area or line, and its corners. */
export function measureSource(): GeoJSONSourceSpecification {
  const points = corners.value
  const area = measuredArea.value
  const features = points.map((coordinates) => feature({ type: 'Point', coordinates }))
  if (area) features.push(feature(area))
  else if (points.length > 1) features.push(feature({ type: 'LineString', coordinates: points }))
  return { type: 'geojson', data: { type: 'FeatureCollection', features } }
}

export function measureLayers(tones: Tones): LayerSpecification[] {
  const line = (id: string, color: string, width: number): LayerSpecification => ({
    id,
    type: 'line',
    source: MEASURE_SOURCE,
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': color, 'line-width': width },
  })
  return [
    {
      id: 'measure-fill',
      type: 'fill',
      source: MEASURE_SOURCE,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': tones.selection, 'fill-opacity': 0.15 },
    },
    line('measure-casing', tones.halo, 5),
    line('measure-line', tones.selection, 2.5),
    {
      id: 'measure-corners',
      type: 'circle',
      source: MEASURE_SOURCE,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 4.5,
        'circle-color': tones.halo,
        'circle-stroke-color': tones.selection,
        'circle-stroke-width': 2.5,
      },
    },
  ]
}
