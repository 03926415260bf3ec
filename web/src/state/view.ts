import { computed, signal } from '@preact/signals'
import type { Bbox, Point } from '../api/types'
import { boundsOf, fitView, type Size, type View } from './mercator'

/** Mainland Peru, west, south, east, north. */
export const PERU: Bbox = [-81.35, -18.4, -68.65, -0.03]

export type MapStatus = 'loading' | 'ready' | 'no-webgl' | 'failed'

export const mapStatus = signal<MapStatus>('loading')

/** Whether the map has been made, and waits for what it shall draw. */
export const mapMade = signal(false)

/** Size of the map pane in CSS pixels; null until it is laid out. */
export const mapSize = signal<Size | null>(null)

/** Where the reader went; null means the whole country, at whatever zoom fits the screen. */
export const chosenView = signal<View | null>(null)

export const view = computed<View | null>(() => {
  if (chosenView.value) return chosenView.value
  return mapSize.value && fitView(PERU, mapSize.value)
})

/** The part of the world that the list must match; null when there is no map to look at. */
export const bounds = computed<Bbox | null>(() => {
  if (!hasMap.value) return null
  return view.value && mapSize.value && boundsOf(view.value, mapSize.value)
})

/** False when this browser has no map to show a place on. */
export const hasMap = computed(() => mapStatus.value === 'loading' || mapStatus.value === 'ready')

export const drawing = signal(false)

/** What panels ask of the camera; the map answers by moving and writing `chosenView`. */
export type CameraRequest =
  | { kind: 'view'; view: View | null; exact?: boolean }
  | { kind: 'fit'; bbox: Bbox }
  | { kind: 'step'; zoom: number }

export const cameraRequest = signal<CameraRequest | null>(null)

const CLOSE_UP = 9

export const fitTo = (bbox: Bbox) => {
  cameraRequest.value = { kind: 'fit', bbox }
}

export const stepZoom = (zoom: number) => {
  cameraRequest.value = { kind: 'step', zoom }
}

export const showAll = () => {
  cameraRequest.value = { kind: 'view', view: null }
}

/** The very camera of a link, whatever covers the map. */
export const returnTo = (next: View | null) => {
  cameraRequest.value = { kind: 'view', view: next, exact: true }
}

/** Brings a feature into view: its box, or a close-up of its point. */
export function flyTo(bbox: Bbox | null, point: Point | null): void {
  const isArea = bbox && (bbox[2] - bbox[0] > 1e-6 || bbox[3] - bbox[1] > 1e-6)
  if (isArea) fitTo(bbox)
  else if (point) {
    const zoom = Math.max(view.value?.zoom ?? 0, CLOSE_UP)
    cameraRequest.value = { kind: 'view', view: { lon: point[0], lat: point[1], zoom } }
  }
}
