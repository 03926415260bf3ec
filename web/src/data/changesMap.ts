import type { FeatureCollection, Geometry, Position } from 'geojson'
import { smallMap } from '../map/smallMap'
import { KIND_COLORS } from './kinds'

export interface Change {
  kind: string
  id: number
  key: string
  name: string | null
  department: string | null
  fields: { field: string; before: unknown; after: unknown }[]
  area_before_ha: number | null
  area_after_ha: number | null
  distance_m: number | null
}

export type Changes = FeatureCollection<Geometry | null, Change>

/** West, south, east, north. */
type Box = [number, number, number, number]

/** Where an area shows as an area; before, a dot stands for it. */
const AREAS_FROM = 10

function positions(geometry: Geometry): Position[] {
  if (geometry.type === 'GeometryCollection') return geometry.geometries.flatMap(positions)
  const flat = (value: unknown): Position[] =>
    Array.isArray(value) && typeof value[0] === 'number'
      ? [value as Position]
      : (value as unknown[]).flatMap(flat)
  return flat(geometry.coordinates)
}

export function boxOf(geometry: Geometry): Box {
  const box: Box = [180, 90, -180, -90]
  for (const [x = 0, y = 0] of positions(geometry)) {
    box[0] = Math.min(box[0], x)
    box[1] = Math.min(box[1], y)
    box[2] = Math.max(box[2], x)
    box[3] = Math.max(box[3], y)
  }
  return box
}

/** One dot for each change, in the middle of its box. */
function dotsOf(changes: Changes): FeatureCollection {
  const features = changes.features.flatMap(({ geometry, properties }) => {
    if (!geometry) return []
    const [west, south, east, north] = boxOf(geometry)
    const coordinates = [(west + east) / 2, (south + north) / 2]
    return [{ type: 'Feature' as const, properties, geometry: { type: 'Point' as const, coordinates } }]
  })
  return { type: 'FeatureCollection', features }
}

const colorOfKind = ['match', ['get', 'kind'], ...Object.entries(KIND_COLORS).flat(), '#555']

/** Draws what an import does; returns what takes the map away again. */
export function showChanges(container: HTMLElement, changes: Changes, label: string): () => void {
  const boxes = changes.features.flatMap(({ geometry }) => (geometry ? [boxOf(geometry)] : []))
  const side = (at: number, pick: (...sides: number[]) => number) =>
    boxes.reduce((found, box) => pick(found, box[at] ?? found), boxes[0]?.[at] ?? 0)
  const map = smallMap(
    container,
    label,
    {
      areas: { type: 'geojson', data: changes as FeatureCollection },
      dots: { type: 'geojson', data: dotsOf(changes) },
    },
    [
      {
        id: 'areas',
        type: 'fill',
        source: 'areas',
        paint: { 'fill-color': colorOfKind as never, 'fill-opacity': 0.25 },
      },
      {
        id: 'outlines',
        type: 'line',
        source: 'areas',
        paint: { 'line-color': colorOfKind as never, 'line-width': 1.5 },
      },
      {
        id: 'dots',
        type: 'circle',
        source: 'dots',
        maxzoom: AREAS_FROM,
        paint: {
          'circle-color': colorOfKind as never,
          'circle-radius': 4,
          'circle-stroke-color': '#fff',
          'circle-stroke-width': 1,
        },
      },
    ],
    {
      bounds: [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)],
      fitBoundsOptions: { padding: 32, maxZoom: 14 },
    },
  )
  return () => map.remove()
}
