import { computed, effect } from '@preact/signals'
import { Map as MapLibre, type MapOptions, prewarm, ScaleControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { words } from '../i18n'
import { CASES, layerById } from '../state/catalogue'
import { addCorner, measuring } from '../state/measure'
import { drawing, mapMade, mapStatus } from '../state/view'
import { followCamera, startingCamera } from './camera'
import { gatherFirstFrames } from './firstFrames'
import { isOverSomething, pickAt, REACH } from './pick'
import { followProblems } from './problems'
import { currentStyle } from './style'
import { drawSymbolsOnDemand } from './symbols'

declare global {
  interface Window {
    /** For the browser journeys, which count what is drawn. */
    map?: MapLibre
  }
}

/** As far as the basemap is drawn, with room for its frame (fixtures/demo/src/basemap/countries.mjs). */
const WORLD: [[number, number], [number, number]] = [
  [-114, -57],
  [-30, 18],
]

const style = computed(currentStyle)

function createMap(container: HTMLElement, options: Partial<MapOptions>): MapLibre {
  const map = new MapLibre({
    container,
    style: style.peek(),
    ...startingCamera(),
    maxBounds: WORLD,
    minZoom: 3,
    maxZoom: 18,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    validateStyle: false,
    ...options,
  })
  map.keyboard.disableRotation()
  map.touchZoomRotate.disableRotation()
  map.addControl(new ScaleControl({ maxWidth: 96, unit: 'metric' }), 'bottom-left')
  return map
}

/** Tests wait for this mark: nothing is loading, moving or fading. */
function followIdleness(map: MapLibre): void {
  const root = document.documentElement
  const busy = () => {
    delete root.dataset.mapIdle
    drawing.value = true
  }
  map.on('movestart', busy)
  map.on('dataloading', busy)
  map.on('idle', () => {
    root.dataset.mapIdle = '1'
    drawing.value = false
  })
}

function followPointer(map: MapLibre): void {
  map.on('click', (event) => {
    if (measuring.peek()) return addCorner([event.lngLat.lng, event.lngLat.lat])
    const touch = (event.originalEvent as PointerEvent).pointerType === 'touch'
    void pickAt(map, event.point.x, event.point.y, touch ? REACH.touch : REACH.mouse)
  })
  map.on('mousemove', ({ point }) => {
    const { classList } = map.getCanvas()
    classList.toggle('is-measuring', measuring.peek() !== null)
    classList.toggle('is-over-something', !measuring.peek() && isOverSomething(map, point.x, point.y))
  })
  map.getCanvas().addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    const { clientWidth, clientHeight } = map.getCanvas()
    if (measuring.peek()) {
      const { lng, lat } = map.unproject([clientWidth / 2, clientHeight / 2])
      return addCorner([lng, lat])
    }
    void pickAt(map, clientWidth / 2, clientHeight / 2, REACH.touch)
  })
}

/** The style the map began with is not set again: each setting costs a pass over everything. */
function followState(map: MapLibre): void {
  let drawn = style.peek()
  map.once('style.load', () => {
    mapStatus.value = 'ready'
    effect(() => {
      if (style.value === drawn) return
      drawn = style.value
      map.setStyle(drawn)
    })
  })
  effect(() => {
    map.getCanvas().setAttribute('aria-label', words.value.mapLabel)
  })
}

setWorkerUrl(workerUrl)
// The worker starts now, not when the map is made: meanwhile the graphics may still be starting.
prewarm()

/** Starts the map in its pane; from here on it only listens to the state and writes to it. */
export function startMap(container: HTMLElement, options: Partial<MapOptions> = {}): MapLibre {
  const map = createMap(container, options)
  drawSymbolsOnDemand(map, layerById(CASES)?.style.colors ?? {})
  gatherFirstFrames(map)
  followIdleness(map)
  followCamera(map)
  followPointer(map)
  followProblems(map)
  followState(map)
  window.map = map
  mapMade.value = true
  return map
}
