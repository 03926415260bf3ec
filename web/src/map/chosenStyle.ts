import { signal } from '@preact/signals'
import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import { styleCredits } from '../state/basemap'
import { BASE_PREFIX, type Base } from './basemap'
import { FONT, FONT_BOLD } from './fonts'

/** As long as a style may take to come; without it the map has our own base, with the network cable out as well. */
const PATIENCE_MS = 8_000

/** The style that whoever runs the server chose, once it is there. */
export const chosenStyle = signal<Base | null>(null)

let isAsked = false

/** Fetches the style, once; where it does not come, the map stays on our own base. */
export async function loadChosenStyle(url: string): Promise<void> {
  if (isAsked) return
  isAsked = true
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
    const style = (await response.json()) as StyleSpecification
    styleCredits.value = creditsOf(style)
    chosenStyle.value = styleBase(style, url)
  } catch (error) {
    console.warn(`the style of the base map did not come (${url}):`, error)
  }
}

/** Whom the sources of a style name, as plain text. */
function creditsOf({ sources }: StyleSpecification): string {
  const told = Object.values(sources).map(
    (source) => ('attribution' in source ? source.attribution : '') ?? '',
  )
  const plain = (text: string) =>
    new DOMParser().parseFromString(text, 'text/html').body.textContent?.trim() ?? ''
  return [...new Set(told.map(plain).filter(Boolean))].join(', ')
}

/** An address within a style, which may be told from where the style is; places for numbers stay. */
const absolute = (path: string, from: string) =>
  new URL(path, from).href.replaceAll('%7B', '{').replaceAll('%7D', '}')

function sourceOf(source: SourceSpecification, from: string): SourceSpecification {
  const told = { ...source } as SourceSpecification & { url?: string; tiles?: string[]; data?: unknown }
  if (typeof told.url === 'string') told.url = absolute(told.url, from)
  if (Array.isArray(told.tiles)) told.tiles = told.tiles.map((tile) => absolute(tile, from))
  if (typeof told.data === 'string') told.data = absolute(told.data, from)
  return told
}

/** The same layer under a name of its own, its texts in the font of the page: no glyphs are fetched. */
function layerOf(layer: LayerSpecification): LayerSpecification {
  const own = { ...layer, id: `${BASE_PREFIX}${layer.id}` } as LayerSpecification & {
    source?: string
    layout?: Record<string, unknown>
  }
  if (own.source !== undefined) own.source = `${BASE_PREFIX}${own.source}`
  if (own.type === 'symbol' && own.layout?.['text-field'] !== undefined) {
    const isBold = /bold|medium/i.test(JSON.stringify(own.layout['text-font'] ?? ''))
    own.layout = { ...own.layout, 'text-font': [isBold ? FONT_BOLD : FONT] } as never
  }
  return own as LayerSpecification
}

/** A style of somebody else as a base: its areas and lines under the data, its names over it. */
export function styleBase(style: StyleSpecification, from: string): Base {
  const layers = style.layers.map(layerOf)
  const sources = Object.entries(style.sources).map(([name, source]) => [
    `${BASE_PREFIX}${name}`,
    sourceOf(source, from),
  ])
  return {
    sources: Object.fromEntries(sources),
    under: layers.filter(({ type }) => type !== 'symbol'),
    over: layers.filter(({ type }) => type === 'symbol'),
    ...(typeof style.sprite === 'string' ? { sprite: absolute(style.sprite, from) } : {}),
  }
}
