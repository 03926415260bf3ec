import type { Map as MapLibre, MapSourceDataEvent } from 'maplibre-gl'

/** How long arriving pieces are gathered into one frame. */
const PAUSE_MS = 80
/** Where data has come of which tiles are still to be cut, a frame asks for them: so long others of its kind are awaited. */
const CUT_MS = 25
/** However fast pieces arrive, the reader sees progress this often. */
const PATIENCE_MS = 600

/**
 * Lets the pieces of the first view arrive before they are drawn. MapLibre draws a frame for each tile that comes, and
 * without a graphics card each costs a third of a second: the map was late for drawing itself over and over.
 * After the first rest every frame is drawn at once.
 */
export function gatherFirstFrames(map: MapLibre): void {
  const drawAtOnce = map.triggerRepaint.bind(map)
  let gathering = true
  let timer = 0
  let since = performance.now()
  let isToCut = false
  map.once('render', () => {
    if (!gathering) return
    map.triggerRepaint = () => {
      clearTimeout(timer)
      const complete = map.isStyleLoaded() && map.areTilesLoaded()
      const pause = isToCut ? CUT_MS : PAUSE_MS
      const wait = Math.max(0, Math.min(pause, since + PATIENCE_MS - performance.now()))
      if (complete) drawAtOnce()
      else timer = window.setTimeout(drawAtOnce, wait)
    }
  })
  const onRender = () => {
    since = performance.now()
    isToCut = false
  }
  const onData = ({ tile, sourceDataType }: MapSourceDataEvent) => {
    if (!tile && sourceDataType === 'content') isToCut = true
  }
  map.on('render', onRender)
  map.on('sourcedata', onData)
  const stop = () => {
    if (!gathering) return
    gathering = false
    clearTimeout(timer)
    map.off('render', onRender)
    map.off('sourcedata', onData)
    map.triggerRepaint = drawAtOnce
    if (map.isMoving() || !map.loaded()) drawAtOnce()
  }
  // A hand on the map wants to see it move.
  for (const event of ['idle', 'mousedown', 'touchstart', 'wheel'] as const) map.once(event, stop)
}
