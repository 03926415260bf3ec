import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { words } from '../i18n'
import type { MeasurePanel } from '../measure/MeasurePanel'
import { viewInAddress } from '../state/address'
import { identify } from '../state/identify'
import { listLoading } from '../state/list'
import { measuring, startMeasuring, stopMeasuring } from '../state/measure'
import { problems } from '../state/problems'
import { hitNothing, missedAt } from '../state/selection'
import { drawing, hasMap, mapSize, mapStatus, showAll, stepZoom } from '../state/view'
import { FilterChips } from './FilterChips'
import { Icon } from './Icon'
import { MapFooter } from './MapFooter'
import { Problems } from './Problems'
import { Timeline } from './Timeline'

function Controls() {
  const t = words.value
  if (!hasMap.value) return null
  return (
    <div class="map-controls">
      <button type="button" aria-label={t.zoomIn} title={t.zoomIn} onClick={() => stepZoom(1)}>
        <Icon name="plus" />
      </button>
      <button type="button" aria-label={t.zoomOut} title={t.zoomOut} onClick={() => stepZoom(-1)}>
        <Icon name="minus" />
      </button>
      <button type="button" aria-label={t.seeAll} title={t.seeAll} onClick={showAll}>
        <Icon name="home" />
      </button>
      <button
        type="button"
        aria-label={t.measure}
        title={t.measure}
        aria-pressed={measuring.value !== null}
        onClick={() => (measuring.value ? stopMeasuring() : startMeasuring('line'))}
      >
        <Icon name="measure" />
      </button>
      <a href={`/lamina${viewInAddress.value}`} aria-label={t.printSheet} title={t.printSheet}>
        <Icon name="print" />
      </a>
    </div>
  )
}

function Sentence() {
  const t = words.value
  if (mapStatus.value === 'ready') return null
  if (mapStatus.value === 'loading' && problems.value.some(({ about }) => about === 'catalogue')) return null
  const said = { loading: t.mapLoading, 'no-webgl': t.noWebgl, failed: t.mapFailed }[mapStatus.value]
  return <p class="map-sentence">{said}</p>
}

const SAID_MS = 8000

/** Answers a click, or Enter under the cross, that hit nothing; it goes by itself. */
function NothingHere() {
  const said = hitNothing.value
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => {
      hitNothing.value = false
    }, SAID_MS)
    return () => clearTimeout(timer)
  }, [said])
  return (
    <p class="map-said" role="status">
      {said && (
        <span>
          {words.value.nothingHere}{' '}
          {missedAt.value && (
            <button
              type="button"
              class="link"
              onClick={() => {
                const at = missedAt.value
                hitNothing.value = false
                if (at) void identify(at)
              }}
            >
              {words.value.identifyAll}
            </button>
          )}
        </span>
      )}
    </p>
  )
}

/** Tells the state how large the pane is; a pane hidden by a tab keeps its last size. */
export function followSize(element: HTMLElement): () => void {
  const measure = () => {
    const { clientWidth: width, clientHeight: height } = element
    const known = mapSize.value
    if (width > 0 && height > 0 && (known?.width !== width || known.height !== height)) {
      mapSize.value = { width, height }
    }
  }
  const observer = new ResizeObserver(measure)
  measure()
  observer.observe(element)
  return () => observer.disconnect()
}

/** What measures is fetched when somebody does. */
function LazyMeasure() {
  const shown = useSignal<typeof MeasurePanel | null>(null)
  useEffect(() => {
    import('../measure/MeasurePanel').then((loaded) => {
      shown.value = loaded.MeasurePanel
    }, stopMeasuring)
  }, [])
  const Loaded = shown.value
  return Loaded && <Loaded />
}

/** The frame around the map. The map itself is started elsewhere, in the element `map`. */
export function MapPane() {
  const container = useRef<HTMLDivElement>(null)
  useEffect(() => (container.current ? followSize(container.current) : undefined), [])
  const busy = (drawing.value && mapStatus.value === 'ready') || listLoading.value
  return (
    <section class="pane map-pane" aria-label={words.value.paneMap}>
      <div class="progress" hidden={!busy} />
      <div class="map-frame">
        <div id="map" ref={container} />
        <div class="crosshair" aria-hidden="true" />
        <Sentence />
        <Controls />
        <NothingHere />
        <div class="map-filters">
          <FilterChips />
        </div>
        <Problems />
        {measuring.value && hasMap.value && <LazyMeasure />}
      </div>
      <Timeline />
      <MapFooter />
    </section>
  )
}
