import { effect, untracked } from '@preact/signals'
import type { Map as MapLibre } from 'maplibre-gl'
import type { Bbox, Point } from '../api/types'
import { boxOfGeometry } from '../state/geometry'
import { boundsOf, fitView, lifted, type Size, type View } from '../state/mercator'
import { reducedMotion } from '../state/preferences'
import { linkedSelection, loaded, selectedItem } from '../state/selection'
import { covered } from '../state/sheet'
import { type CameraRequest, cameraRequest, chosenView, mapSize, PERU, view } from '../state/view'

const MOVE_MS = 600
const FIT_MARGIN = 56
/** Below this free height, in CSS pixels, the margin gives way to the map. */
const SMALL = 400
const SMALL_MARGIN = 20

/** Marks a move to the whole country, which the link leaves out. */
const WHOLE = { whole: true }

const cameraOf = ({ lon, lat, zoom }: View) => ({ center: [lon, lat] as [number, number], zoom })

function move(map: MapLibre, next: View, eventData?: object): void {
  map.easeTo({ ...cameraOf(next), duration: reducedMotion() ? 0 : MOVE_MS }, eventData)
}

const fitted = (bbox: Bbox, free: Size): View =>
  fitView(bbox, free, free.height < SMALL ? SMALL_MARGIN : FIT_MARGIN)

function answer(map: MapLibre, request: CameraRequest): void {
  const size = mapSize.value
  if (!size) return
  if (request.kind === 'step') {
    map.easeTo({ zoom: map.getZoom() + request.zoom, duration: reducedMotion() ? 0 : MOVE_MS / 2 })
  } else if (request.kind === 'fit') {
    const free = { ...size, height: size.height - covered.value }
    move(map, lifted(fitted(request.bbox, free), covered.value / 2))
  } else if (request.view) {
    move(
      map,
      request.kind === 'view' && request.exact ? request.view : lifted(request.view, covered.value / 2),
    )
  } else {
    move(map, fitView(PERU, size), WHOLE)
  }
}

/** A card that opens over its own place moves the map until the place is seen again. */
function uncover(map: MapLibre, point: Point): void {
  const size = mapSize.value
  if (!size || covered.value === 0) return
  const { y } = map.project(point)
  const free = size.height - covered.value
  if (y > 0 && y < free - SMALL_MARGIN) return
  map.easeTo({ center: point, offset: [0, -covered.value / 2], duration: reducedMotion() ? 0 : MOVE_MS })
}

/** As large as a map gets on the screens people share links from, in CSS pixels. */
const LARGEST: Size = { width: 2000, height: 1300 }

const meet = (one: Bbox, other: Bbox) =>
  one[0] <= other[2] && one[2] >= other[0] && one[1] <= other[3] && one[3] >= other[1]

/**
 * A link shows the place its sender saw, on a window that may have been larger: what was selected there and lies
 * outside this one is brought to the middle. What no window showed stays where it is.
 */
function bringLinked(map: MapLibre, box: Bbox): void {
  const [current, size] = [view.value, mapSize.value]
  if (!current || !size) return
  if (meet(box, boundsOf(current, size)) || !meet(box, boundsOf(current, LARGEST))) return
  const middle: Point = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
  map.jumpTo({ center: middle })
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
    const geometry = selectedItem.value?.geometry
    if (covered.value > 0 && geometry?.type === 'Point') {
      untracked(() => uncover(map, geometry.coordinates as Point))
    }
  })
  effect(() => {
    const card = loaded.value
    if (!card || card.selection !== linkedSelection.value) return
    linkedSelection.value = null
    const box = card.item.geometry && boxOfGeometry(card.item.geometry)
    if (box) untracked(() => bringLinked(map, box))
  })
  effect(() => {
    if (!mapSize.value || untracked(() => chosenView.value)) return
    const whole = untracked(() => view.value)
    if (whole) map.jumpTo(cameraOf(whole), WHOLE)
  })
}

/** What was asked for before there was a map to move is where it starts. */
export function startingCamera(): { center: [number, number]; zoom: number } {
  const request = cameraRequest.peek()
  if (request?.kind === 'fit' && mapSize.value) chosenView.value = fitted(request.bbox, mapSize.value)
  cameraRequest.value = null
  return cameraOf(view.value ?? { lon: -75, lat: -9.5, zoom: 4 })
}
