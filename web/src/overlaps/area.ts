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

/** Latitudes and longitudes of Peru have no number in common: whichever comes first, it is known. */
const isLatitude = (value: number) => value > -25 && value < 5
const isLongitude = (value: number) => value > -90 && value < -65

/** The corners of an area, one on each line: latitude and longitude in degrees. */
function cornersIn(text: string): Area | null {
  const lines = text.split('\n').filter((line) => line.trim())
  const corners = lines.map((line): [number, number] | null => {
    const numbers = line.match(/-?\d+(\.\d+)?/g)?.map(Number) ?? []
    const [one, other] = numbers
    if (numbers.length !== 2 || one === undefined || other === undefined) return null
    if (isLatitude(one) && isLongitude(other)) return [other, one]
    return isLongitude(one) && isLatitude(other) ? [one, other] : null
  })
  const ring = corners.filter((corner) => corner !== null)
  const [first, last] = [ring[0], ring.at(-1)]
  if (!first || !last || ring.length < corners.length) return null
  if (first[0] !== last[0] || first[1] !== last[1]) ring.push(first)
  return ring.length < 4 ? null : { type: 'Polygon', coordinates: [ring] }
}

/** All areas in a GeoJSON text as one, or the area of a list of corners; `null` where there is none. */
export function areaIn(text: string): Area | null {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return cornersIn(text)
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
