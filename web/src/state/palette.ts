import type { Layer } from '../api/types'

export type StateShape = 'square' | 'triangle' | 'ring' | 'diamond'

/** State is shape and colour together; the order is the order of urgency everywhere. */
export const STATE_SHAPES: Record<string, StateShape> = {
  activo: 'square',
  latente: 'triangle',
  resuelto: 'ring',
  retirado: 'diamond',
}

export const STATES = Object.keys(STATE_SHAPES)

const channels = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = channels(hex).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** WCAG contrast ratio of two `#rrggbb` colours. */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

function mixed(hex: string, other: number, share: number): string {
  const parts = channels(hex).map((value) => Math.round(value + (other - value) * share))
  return `#${parts.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

const lightened = (hex: string, share: number) => mixed(hex, 255, share)
const darkened = (hex: string, share: number) => mixed(hex, 0, share)

const DARK_LAND = '#1b252c'
const ENOUGH = 3.6

/** The same hue, made light enough to be seen on the dark map. */
export function forTheme(hex: string, dark: boolean): string {
  if (!dark) return hex
  for (let share = 0; share < 1; share += 0.08) {
    const color = lightened(hex, share)
    if (contrast(color, DARK_LAND) >= ENOUGH) return color
  }
  return '#ffffff'
}

const TEXT_CONTRAST = 4.5

/** The same hue, made dark or light enough to be read as text on that ground (WCAG 1.4.3). */
export function readable(hex: string, ground: string): string {
  const toWhite = contrast(ground, '#ffffff') > contrast(ground, '#000000')
  for (let share = 0; share < 1; share += 0.08) {
    const color = toWhite ? lightened(hex, share) : darkened(hex, share)
    if (contrast(color, ground) >= TEXT_CONTRAST) return color
  }
  return toWhite ? '#ffffff' : '#000000'
}

export interface Category {
  code: string
  title: { es: string; en: string }
  color: string
}

/** The categories a layer is coloured by, in the order of its code list; empty for a single colour. */
export function categoriesOf(layer: Layer): Category[] {
  const field = layer.fields.find((candidate) => candidate.name === layer.category_field)
  if (!field) return []
  return field.codes.map(({ code, es, en }) => ({
    code,
    title: { es, en },
    color: layer.style.colors[code] ?? layer.style.default_color,
  }))
}

export const colorOf = (layer: Layer, category: string | null) =>
  (category && layer.style.colors[category]) || layer.style.default_color
