import type { ExpressionSpecification, LayerSpecification, VectorSourceSpecification } from 'maplibre-gl'
import { tilesUrl } from '../api/requests'
import type { Layer, Outline } from '../api/types'
import { forTheme, readable } from '../state/palette'
import { triesOf } from '../state/retry'
import { FONT, SHORT_NAME } from './fonts'
import type { Tones } from './tones'

/** Zoom from which a layer's names fit on the map; departments take theirs from the basemap. */
const LABEL_ZOOM: Record<string, number> = {
  provinces: 7.5,
  protected_areas: 7.5,
  watersheds: 8.5,
  populated_places: 9,
  districts: 9.5,
  indigenous_territories: 9.5,
  mining_concessions: 12,
}

/** Areas so many and so small that from afar their outlines would fill them: there the fill alone speaks. */
const CROWDED = ['mining_concessions', 'indigenous_territories']

/** Boundaries that cover the whole country: seen from afar they step back behind the data. */
const BACKDROPS = ['departments', 'watersheds']

const DASHES: Record<Outline, number[] | null> = {
  solid: null,
  dash: [4, 2],
  long_dash: [8, 3],
  dot: [0.1, 2.4],
}

export const fillId = (id: string) => `${id}-fill`
export const pointId = (id: string) => `${id}-point`

/** The drawn layer that a click is tested against. */
export const hitLayerOf = (layer: Layer) =>
  layer.geometry === 'polygon' ? fillId(layer.id) : pointId(layer.id)

export function tileSource(layer: Layer): VectorSourceSpecification {
  return {
    type: 'vector',
    tiles: [tilesUrl(layer.tiles, triesOf(layer.id))],
    minzoom: Math.floor(layer.min_zoom),
    maxzoom: 14,
    ...(layer.bbox ? { bounds: layer.bbox } : {}),
  }
}

export interface TileStyle {
  opacity: number
  dark: boolean
  tones: Tones
}

function colorBy(layer: Layer, dark: boolean): ExpressionSpecification | string {
  const fallback = forTheme(layer.style.default_color, dark)
  const pairs = Object.entries(layer.style.colors).flatMap(([code, hex]) => [code, forTheme(hex, dark)])
  if (!layer.category_field || pairs.length === 0) return fallback
  return ['match', ['get', layer.category_field], ...pairs, fallback] as unknown as ExpressionSpecification
}

function outlineLayer(layer: Layer, style: TileStyle): LayerSpecification {
  const dashes = DASHES[layer.style.outline ?? 'solid']
  const faint = BACKDROPS.includes(layer.id) ? 0.4 : 1
  const opacity = (share: number) => style.opacity * 0.8 * share
  return {
    id: `${layer.id}-line`,
    type: 'line',
    source: layer.id,
    'source-layer': layer.id,
    layout: {
      'line-join': 'round',
      'line-cap': layer.style.outline === 'dot' ? 'round' : 'butt',
    },
    paint: {
      'line-color': colorBy(layer, style.dark) as never,
      'line-opacity': CROWDED.includes(layer.id)
        ? ['interpolate', ['linear'], ['zoom'], 7, 0, 8, opacity(0.5), 10, opacity(0.7), 12, opacity(1)]
        : ['interpolate', ['linear'], ['zoom'], 5.5, opacity(faint), 8, opacity(1)],
      'line-width': ['interpolate', ['linear'], ['zoom'], 4, 0.6, 7, 1.1, 12, 1.8],
      ...(dashes ? { 'line-dasharray': dashes } : {}),
    },
  }
}

function labelLayer(layer: Layer, style: TileStyle): LayerSpecification[] {
  const minzoom = LABEL_ZOOM[layer.id]
  if (minzoom === undefined) return []
  const point = layer.geometry === 'point'
  return [
    {
      id: `${layer.id}-label`,
      type: 'symbol',
      source: layer.id,
      'source-layer': point ? layer.id : `${layer.id}_labels`,
      minzoom,
      layout: {
        'text-field': SHORT_NAME as never,
        'text-font': [FONT],
        'text-size': 10.5,
        'text-max-width': 9,
        ...(point ? { 'text-anchor': 'left', 'text-offset': [0.6, 0] } : {}),
      },
      paint: {
        'text-color': readable(layer.style.default_color, style.tones.halo),
        'text-opacity': style.opacity,
        'text-halo-color': style.tones.halo,
        'text-halo-width': 1.4,
      },
    },
  ]
}

function pointLayer(layer: Layer, style: TileStyle): LayerSpecification {
  return {
    id: pointId(layer.id),
    type: 'circle',
    source: layer.id,
    'source-layer': layer.id,
    minzoom: layer.min_zoom,
    paint: {
      'circle-color': colorBy(layer, style.dark) as never,
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 6, 2, 12, 4.5],
      'circle-opacity': style.opacity,
      'circle-stroke-opacity': style.opacity,
      'circle-stroke-color': style.tones.halo,
      'circle-stroke-width': 1,
    },
  }
}

function fillOpacity(layer: Layer, opacity: number): ExpressionSpecification | number {
  const own = (layer.style.fill_opacity ?? 0) * opacity
  if (!CROWDED.includes(layer.id)) return own
  return ['interpolate', ['linear'], ['zoom'], 5, 0.55 * opacity, 7, 0.4 * opacity, 9, own]
}

function fillLayer(layer: Layer, style: TileStyle): LayerSpecification {
  return {
    id: fillId(layer.id),
    type: 'fill',
    source: layer.id,
    'source-layer': layer.id,
    paint: {
      'fill-color': colorBy(layer, style.dark) as never,
      'fill-opacity': fillOpacity(layer, style.opacity),
      'fill-antialias': false,
    },
  }
}

export const shapesOf = (layer: Layer, style: TileStyle): LayerSpecification[] =>
  layer.geometry === 'polygon'
    ? [fillLayer(layer, style), outlineLayer(layer, style)]
    : [pointLayer(layer, style)]

export const labelsOf = labelLayer
