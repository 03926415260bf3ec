import { type Map as MapLibre, NavigationControl, ScaleControl } from 'maplibre-gl'
import { TerraDraw, TerraDrawPolygonMode } from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'
import type { Layer } from '../api/types'
import { boxOf } from '../data/changesMap'
import { smallMap } from '../map/smallMap'
import { labelsOf, shapesOf, tileSource } from '../map/tileLayers'
import { tonesOf } from '../map/tones'
import { dark } from '../state/preferences'
import type { Area } from './area'
import { SIDE_COLORS } from './colors'

/** A map to draw an area on, over the layers that are asked about. */
export class AreaMap {
  readonly #map: MapLibre
  #draw: TerraDraw | null = null

  constructor(
    container: HTMLElement,
    label: string,
    area: Area | null,
    layers: Layer[],
    drawn: (area: Area) => void,
  ) {
    const data = area ?? { type: 'FeatureCollection' as const, features: [] }
    const style = { opacity: 1, dark: dark.peek(), tones: tonesOf(dark.peek()) }
    const tiles = Object.fromEntries(layers.map((layer) => [layer.id, tileSource(layer)]))
    this.#map = smallMap(container, label, { ...tiles, asked: { type: 'geojson', data } }, [
      ...layers.flatMap((layer) => shapesOf(layer, style)),
      {
        id: 'asked',
        type: 'fill',
        source: 'asked',
        paint: { 'fill-color': SIDE_COLORS.shared, 'fill-opacity': 0.2 },
      },
      {
        id: 'asked-line',
        type: 'line',
        source: 'asked',
        paint: { 'line-color': SIDE_COLORS.shared, 'line-width': 2 },
      },
      ...layers.flatMap((layer) => labelsOf(layer, style)),
    ])
    this.#map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
    this.#map.addControl(new ScaleControl(), 'bottom-left')
    const around = area ? boxOf(area) : layers.find(({ bbox }) => bbox)?.bbox
    if (around) this.#map.fitBounds(around, { padding: 32, maxZoom: 14, animate: false })
    this.#map.once('load', () => {
      const draw = new TerraDraw({
        adapter: new TerraDrawMapLibreGLAdapter({ map: this.#map }),
        modes: [new TerraDrawPolygonMode()],
      })
      draw.start()
      draw.setMode('polygon')
      draw.on('finish', (id) => {
        const { geometry } = draw.getSnapshotFeature(id) ?? {}
        if (geometry?.type !== 'Polygon') return
        drawn({ type: 'Polygon', coordinates: geometry.coordinates })
      })
      this.#draw = draw
      container.dataset.ready = 'true'
    })
  }

  remove(): void {
    this.#draw?.stop()
    this.#map.remove()
  }
}
