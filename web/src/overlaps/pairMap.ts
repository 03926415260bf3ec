import type { Feature, FeatureCollection, Geometry } from 'geojson'
import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl'
import { boxOf } from '../data/changesMap'
import { smallMap } from '../map/smallMap'
import { SIDE_COLORS } from './colors'

export type Part = keyof typeof SIDE_COLORS
export type Shapes = Record<Part, Geometry | null>

const empty: FeatureCollection = { type: 'FeatureCollection', features: [] }
const color = ['match', ['get', 'part'], ...Object.entries(SIDE_COLORS).flat(), '#555'] as never

/** A map of one pair at a time. */
export class PairMap {
  readonly #map: MapLibre
  readonly #ready: Promise<unknown>

  constructor(container: HTMLElement, label: string) {
    this.#map = smallMap(container, label, { pair: { type: 'geojson', data: empty } }, [
      { id: 'fill', type: 'fill', source: 'pair', paint: { 'fill-color': color, 'fill-opacity': 0.25 } },
      { id: 'line', type: 'line', source: 'pair', paint: { 'line-color': color, 'line-width': 2 } },
      {
        id: 'point',
        type: 'circle',
        source: 'pair',
        filter: ['==', ['geometry-type'], 'Point'],
        paint: {
          'circle-color': color,
          'circle-radius': 6,
          'circle-stroke-color': '#fff',
          'circle-stroke-width': 2,
        },
      },
    ])
    this.#ready = this.#map.once('load')
  }

  async show(shapes: Shapes): Promise<void> {
    await this.#ready
    const features = (Object.entries(shapes) as [Part, Geometry | null][]).flatMap(
      ([part, geometry]): Feature[] =>
        geometry ? [{ type: 'Feature', properties: { part }, geometry }] : [],
    )
    this.#map.getSource<GeoJSONSource>('pair')?.setData({ type: 'FeatureCollection', features })
    const boxes = features.map(({ geometry }) => boxOf(geometry))
    const first = boxes[0]
    if (!first) return
    const [west, south, east, north] = boxes.reduce(
      (all, box) => [
        Math.min(all[0], box[0]),
        Math.min(all[1], box[1]),
        Math.max(all[2], box[2]),
        Math.max(all[3], box[3]),
      ],
      first,
    )
    this.#map.fitBounds([west, south, east, north], { padding: 32, maxZoom: 14, animate: false })
  }

  remove(): void {
    this.#map.remove()
  }
}
