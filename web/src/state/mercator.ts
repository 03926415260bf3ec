import type { Bbox } from '../api/types'

/** The camera: centre in degrees and MapLibre zoom (512 px world at zoom 0). */
export interface View {
  lon: number
  lat: number
  zoom: number
}

export interface Size {
  width: number
  height: number
}

const TILE = 512
const MAX_ZOOM = 18
const toX = (lon: number) => (lon + 180) / 360
const toY = (lat: number) => (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2
const toLon = (x: number) => x * 360 - 180
const toLat = (y: number) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI
const rounded = (value: number) => Math.round(value * 1e4) / 1e4
const clamped = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

/** What the camera sees on a screen of that size, to four decimals (about 11 m). */
export function boundsOf(view: View, size: Size): Bbox {
  const world = TILE * 2 ** view.zoom
  const x = toX(view.lon)
  const y = toY(view.lat)
  const halfX = size.width / world / 2
  const halfY = size.height / world / 2
  return [
    rounded(clamped(toLon(x - halfX), -180, 180)),
    rounded(toLat(clamped(y + halfY, 0, 1))),
    rounded(clamped(toLon(x + halfX), -180, 180)),
    rounded(toLat(clamped(y - halfY, 0, 1))),
  ]
}

/** The camera moved so that what stood in the middle stands that many pixels higher. */
export function lifted(view: View, pixels: number): View {
  return { ...view, lat: rounded(toLat(toY(view.lat) + pixels / (TILE * 2 ** view.zoom))) }
}

/** The camera that shows the whole box with a margin in pixels on every side. */
export function fitView([west, south, east, north]: Bbox, size: Size, margin = 24, maxZoom = 13): View {
  const left = toX(west)
  const right = toX(east)
  const top = toY(north)
  const bottom = toY(south)
  const zoomFor = (pixels: number, span: number) =>
    span > 0 ? Math.log2(Math.max(pixels - 2 * margin, 64) / (span * TILE)) : MAX_ZOOM
  const zoom = Math.min(zoomFor(size.width, right - left), zoomFor(size.height, bottom - top), maxZoom)
  return {
    lon: rounded(toLon((left + right) / 2)),
    lat: rounded(toLat((top + bottom) / 2)),
    zoom: Math.round(zoom * 100) / 100,
  }
}
