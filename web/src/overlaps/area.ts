import type { GeoJSON, MultiPolygon, Polygon } from 'geojson'

/** What a question can be asked about. */
export type Area = Polygon | MultiPolygon

function polygonsOf(json: GeoJSON): Polygon['coordinates'][] {
  switch (json.type) {
    case 'FeatureCollection':
      return json.features.flatMap(polygonsOf)
    case 'Feature':
      return json.geometry ? polygonsOf(json.geometry) : []
    case 'GeometryCollection':
      return json.geometries.flatMap(polygonsOf)
    case 'Polygon':
      return [json.coordinates]
    case 'MultiPolygon':
      return json.coordinates
    default:
      return []
  }
}

/** All areas in a GeoJSON text as one; `null` where it has none. */
export function areaIn(text: string): Area | null {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  if (!json || typeof json !== 'object' || !('type' in json)) return null
  let polygons: Polygon['coordinates'][]
  try {
    polygons = polygonsOf(json as GeoJSON)
  } catch {
    return null
  }
  const [first, ...others] = polygons
  if (!first) return null
  return others.length === 0
    ? { type: 'Polygon', coordinates: first }
    : { type: 'MultiPolygon', coordinates: polygons }
}

/** Corners of an area, the last of a ring being the first again. */
export const cornersOf = (area: Area): number =>
  (area.type === 'Polygon' ? [area.coordinates] : area.coordinates)
    .flat()
    .reduce((count, ring) => count + Math.max(0, ring.length - 1), 0)
