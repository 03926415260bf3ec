import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl'
import type { ChosenTiles, Lang } from '../api/types'
import { BASE_PREFIX, type Base, ownBase } from './basemap'
import { FONT } from './fonts'
import type { Tones } from './tones'

const SOURCE = `${BASE_PREFIX}chosen`

/** What layers of vector tiles are called in the schemas of Protomaps and of OpenMapTiles, by what they are. */
const CALLED = {
  earth: ['earth'],
  cover: ['landcover', 'landuse', 'park', 'natural'],
  water: ['water', 'waterway', 'physical_line'],
  buildings: ['buildings', 'building'],
  roads: ['roads', 'transportation'],
  boundaries: ['boundaries', 'boundary', 'admin'],
  places: ['places', 'place'],
} as const

const is = (geometry: string): FilterSpecification => ['==', ['geometry-type'], geometry]

/** As wide as one can tell roads and rivers apart, and no wider. */
const WIDTH: ExpressionSpecification = ['interpolate', ['exponential', 1.5], ['zoom'], 6, 0.4, 12, 1.2, 18, 8]

/** Vector tiles in the muted colours of our own map: what is under the data, and the names over it. */
function drawn(layers: string[], tones: Tones, lang: Lang): Pick<Base, 'under' | 'over'> {
  const present = (kind: keyof typeof CALLED) =>
    CALLED[kind].filter((name) => layers.length === 0 || layers.includes(name))
  const fills = (kind: keyof typeof CALLED, color: string, opacity = 1, minzoom = 0) =>
    present(kind).map(
      (name): LayerSpecification => ({
        id: `${BASE_PREFIX}${name}`,
        type: 'fill',
        source: SOURCE,
        'source-layer': name,
        filter: is('Polygon'),
        minzoom,
        paint: { 'fill-color': color, 'fill-opacity': opacity, 'fill-antialias': false },
      }),
    )
  const lines = (kind: keyof typeof CALLED, color: string, width: ExpressionSpecification | number) =>
    present(kind).map(
      (name): LayerSpecification => ({
        id: `${BASE_PREFIX}${name}-lines`,
        type: 'line',
        source: SOURCE,
        'source-layer': name,
        filter: is('LineString'),
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': color, 'line-width': width },
      }),
    )
  return {
    under: [
      ...fills('earth', tones.peru),
      ...fills('cover', tones.land, 0.6),
      ...fills('water', tones.water),
      ...fills('buildings', tones.department, 0.7, 14),
      ...lines('water', tones.water, WIDTH),
      ...lines('roads', tones.coast, WIDTH),
      ...lines('boundaries', tones.border, 1),
    ],
    over: present('places').map(
      (name): LayerSpecification => ({
        id: `${BASE_PREFIX}${name}-names`,
        type: 'symbol',
        source: SOURCE,
        'source-layer': name,
        layout: {
          'text-field': ['coalesce', ['get', `name:${lang}`], ['get', 'name']],
          'text-font': [FONT],
          'text-size': ['interpolate', ['linear'], ['zoom'], 4, 11, 12, 14],
          'text-max-width': 8,
        },
        paint: { 'text-color': tones.label, 'text-halo-color': tones.halo, 'text-halo-width': 1.4 },
      }),
    ),
  }
}

/** Tiles of a file, over our own land and sea, which show where the file has none. */
export function tilesBase(tiles: ChosenTiles, tones: Tones, isDark: boolean, lang: Lang): Base {
  const own = ownBase(tones, lang)
  const source = {
    tiles: [`${location.origin}${tiles.tiles}`],
    minzoom: tiles.min_zoom,
    maxzoom: tiles.max_zoom,
    bounds: tiles.bounds,
  }
  if (tiles.is_vector) {
    const { under, over } = drawn(tiles.layers, tones, lang)
    return {
      sources: { ...own.sources, [SOURCE]: { type: 'vector', ...source } },
      under: [...own.under, ...under],
      over: over.length > 0 ? over : own.over,
    }
  }
  const picture: LayerSpecification = {
    id: SOURCE,
    type: 'raster',
    source: SOURCE,
    // A bright picture would outshine the data of the dark map.
    paint: isDark ? { 'raster-brightness-max': 0.55, 'raster-saturation': -0.4 } : {},
  }
  return {
    sources: { ...own.sources, [SOURCE]: { type: 'raster', tileSize: 256, ...source } },
    under: [...own.under, picture],
    // Pictures mostly bring their own names.
    over: [],
  }
}
