import type { Feature, FeatureCollection, Geometry } from 'geojson'
import { NavigationControl, ScaleControl } from 'maplibre-gl'
import { boxOf } from '../data/changesMap'
import { smallMap } from '../map/smallMap'

/** A map of the places of a case: points, and the units that stand for places that are not told. */
export function caseMap(
  container: HTMLElement,
  label: string,
  features: Feature<Geometry>[],
): { remove: () => void } {
  const data: FeatureCollection = { type: 'FeatureCollection', features }
  const map = smallMap(container, label, { places: { type: 'geojson', data } }, [
    {
      id: 'units',
      type: 'fill',
      source: 'places',
      filter: ['!=', ['geometry-type'], 'Point'],
      paint: { 'fill-color': '#B2182B', 'fill-opacity': 0.12 },
    },
    {
      id: 'unit-outlines',
      type: 'line',
      source: 'places',
      filter: ['!=', ['geometry-type'], 'Point'],
      paint: { 'line-color': '#B2182B', 'line-width': 2, 'line-dasharray': [3, 2] },
    },
    {
      id: 'points',
      type: 'circle',
      source: 'places',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-color': '#B2182B',
        'circle-radius': 7,
        'circle-stroke-color': '#fff',
        'circle-stroke-width': 2,
      },
    },
  ])
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  map.addControl(new ScaleControl(), 'bottom-left')
  const all = features.map(({ geometry }) => geometry)
  map.fitBounds(boxOf({ type: 'GeometryCollection', geometries: all }), {
    padding: 40,
    maxZoom: 10,
    animate: false,
  })
  return { remove: () => map.remove() }
}
