import { untracked } from '@preact/signals'
import {
  type LayerSpecification,
  Map as MapLibre,
  type MapOptions,
  type SourceSpecification,
  setWorkerUrl,
} from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { lang, words } from '../i18n'
import { dark } from '../state/preferences'
import { baseOf } from './base'
import { fontFaces } from './fonts'

/** Around Peru. */
const COUNTRY: [number, number, number, number] = [-81.5, -18.5, -68.5, 0.2]

/** A map within a page: the base map and what is drawn on it. */
export function smallMap(
  container: HTMLElement,
  label: string,
  sources: Record<string, SourceSpecification>,
  layers: LayerSpecification[],
  options: Partial<MapOptions> = {},
): MapLibre {
  setWorkerUrl(workerUrl)
  const base = untracked(() => baseOf(dark.value, lang.value))
  const map = new MapLibre({
    cooperativeGestures: true,
    container,
    style: {
      version: 8,
      'font-faces': fontFaces(),
      ...(base.sprite === undefined ? {} : { sprite: base.sprite }),
      sources: { ...base.sources, ...sources },
      layers: [...base.under, ...layers, ...base.over],
    },
    bounds: COUNTRY,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    locale: {
      'CooperativeGesturesHandler.WindowsHelpText': words.peek().zoomWithCtrl,
      'CooperativeGesturesHandler.MacHelpText': words.peek().zoomWithCommand,
      'CooperativeGesturesHandler.MobileHelpText': words.peek().moveWithTwoFingers,
      'NavigationControl.ZoomIn': words.peek().zoomIn,
      'NavigationControl.ZoomOut': words.peek().zoomOut,
    },
    ...options,
  })
  map.getCanvas().setAttribute('aria-label', label)
  if (layers.length > 0) {
    map.on('idle', () => {
      const drawn = map.queryRenderedFeatures({ layers: layers.map(({ id }) => id) })
      container.dataset.drawn = String(drawn.length)
    })
  }
  return map
}
