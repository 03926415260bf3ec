import geodesic from 'geographiclib-geodesic'
import type { Position } from 'geojson'
import type { Area } from '../overlaps/area'

const { WGS84 } = geodesic.Geodesic

/** Length of each stretch of a line in metres, on the WGS 84 ellipsoid (Karney 2013). */
export function stretches(line: Position[]): number[] {
  return line.slice(1).map(([lon = 0, lat = 0], at) => {
    const [fromLon = 0, fromLat = 0] = line[at] ?? []
    return WGS84.Inverse(fromLat, fromLon, lat, lon).s12 ?? 0
  })
}

/** Perimeter in metres and area in square metres of a ring whose last corner is its first again. */
function ringOf(ring: Position[]): { perimeter: number; area: number } {
  const polygon = WGS84.Polygon(false)
  for (const [lon = 0, lat = 0] of ring.slice(0, -1)) polygon.AddPoint(lat, lon)
  const { perimeter, area } = polygon.Compute(false, true)
  return { perimeter, area: Math.abs(area ?? 0) }
}

/** Area in square metres, without its holes, and length of all its boundaries in metres. Parts do not lie on one another. */
export function sizeOf(area: Area): { area_m2: number; boundary_m: number } {
  const polygons = area.type === 'Polygon' ? [area.coordinates] : area.coordinates
  let [area_m2, boundary_m] = [0, 0]
  for (const polygon of polygons) {
    polygon.forEach((ring, at) => {
      const { perimeter, area } = ringOf(ring)
      area_m2 += at === 0 ? area : -area
      boundary_m += perimeter
    })
  }
  return { area_m2, boundary_m }
}
