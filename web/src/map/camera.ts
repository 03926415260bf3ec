import { effect, untracked } from '@preact/signals'
import type { Map as MapLibre } from 'maplibre-gl'
import { fitView, type View } from '../state/mercator'
import { reducedMotion } from '../state/preferences'
import { type CameraRequest, cameraRequest, chosenView, mapSize, PERU, view } from '../state/view'

const MOVE_MS = 600
const FIT_MARGIN = 56

/** Marks a move to the whole country, which the link leaves out. */
const WHOLE = { whole: true }

const cameraOf = ({ lon, lat, zoom }: View) => ({ center: [lon, lat] as [number, number], zoom })

function move(map: MapLibre, next: View, eventData?: object): void {
  map.easeTo({ ...cameraOf(next), duration: reducedMotion() ? 0 : MOVE_MS }, eventData)
}

function answer(map: MapLibre, request: CameraRequest): void {
  const size = mapSize.value
  if (!size) return
  if (request.kind === 'step') {
    map.easeTo({ zoom: map.getZoom() + request.zoom, duration: reducedMotion() ? 0 : MOVE_MS / 2 })
  } else if (request.kind === 'fit') {
    move(map, fitView(request.bbox, size, FIT_MARGIN))
  } else if (request.view) {
    move(map, request.view)
  } else {
    move(map, fitView(PERU, size), WHOLE)
  }
}

function readCamera(map: MapLibre): View {
  const { lng, lat } = map.getCenter()
  return { lon: lng, lat, zoom: map.getZoom() }
}

/** Panels ask, the map moves, and where it ends is written back for the list and the link. */
export function followCamera(map: MapLibre): void {
  map.on('moveend', (event) => {
    chosenView.value = 'whole' in event ? null : readCamera(map)
  })
  effect(() => {
    const request = cameraRequest.value
    if (!request) return
    untracked(() => answer(map, request))
    cameraRequest.value = null
  })
  effect(() => {
    if (!mapSize.value || untracked(() => chosenView.value)) return
    const whole = untracked(() => view.value)
    if (whole) map.jumpTo(cameraOf(whole), WHOLE)
  })
}

export function startingCamera(): { center: [number, number]; zoom: number } {
  cameraRequest.value = null
  return cameraOf(view.value ?? { lon: -75, lat: -9.5, zoom: 4 })
}
