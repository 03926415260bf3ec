import type { Map as MapLibre } from 'maplibre-gl'
import { TerraDraw, TerraDrawPolygonMode } from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'
import { boxOf } from '../data/changesMap'
import { smallMap } from '../map/smallMap'
import type { Area } from './area'
import { SIDE_COLORS } from './colors'

/** A map to draw an area on. */
export class AreaMap {
  readonly #map: MapLibre
  #draw: TerraDraw | null = null

  constructor(container: HTMLElement, label: string, area: Area | null, drawn: (area: Area) => void) {
    const data = area ?? { type: 'FeatureCollection' as const, features: [] }
    this.#map = smallMap(container, label, { asked: { type: 'geojson', data } }, [
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
    ])
    if (area) {
      this.#map.fitBounds(boxOf(area), { padding: 32, maxZoom: 14, animate: false })
    }
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
