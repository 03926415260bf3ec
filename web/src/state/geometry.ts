import type { Geometry, Position } from 'geojson'
import type { Bbox } from '../api/types'

/** The box of a geometry, west, south, east, north; null when it has no coordinates. */
export function boxOfGeometry(geometry: Geometry): Bbox | null {
  const box: Bbox = [180, 90, -180, -90]
  const widen = (value: Position | unknown[]): void => {
    if (typeof value[0] !== 'number') {
      for (const inner of value as unknown[][]) widen(inner)
      return
    }
    const [lon, lat] = value as [number, number]
    box[0] = Math.min(box[0], lon)
    box[1] = Math.min(box[1], lat)
    box[2] = Math.max(box[2], lon)
    box[3] = Math.max(box[3], lat)
  }
  if (geometry.type === 'GeometryCollection') return null
  widen(geometry.coordinates)
  return box[0] <= box[2] ? box : null
}
