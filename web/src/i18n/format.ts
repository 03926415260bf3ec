import type { Field, Lang } from '../api/types'
import type { Dict } from './es'

const LOCALE: Record<Lang, string> = { es: 'es-PE', en: 'en-GB' }

const LIMA = 'America/Lima'

export const formatNumber = (value: number, lang: Lang, digits = 0) =>
  new Intl.NumberFormat(LOCALE[lang], { maximumFractionDigits: digits }).format(value)

/** A measure with all its digits, so that a column of them lines up. */
export const formatMeasure = (value: number, lang: Lang, digits: number) =>
  new Intl.NumberFormat(LOCALE[lang], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value)

/** A calendar day such as `31-oct-2026`; accepts a date or an RFC 3339 time and never shifts the day. */
export function formatDate(value: string, lang: Lang): string {
  const date = new Date(value.length === 10 ? `${value}T00:00:00Z` : value)
  if (Number.isNaN(date.getTime())) return value
  const parts = new Intl.DateTimeFormat(LOCALE[lang], {
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    timeZone: value.length === 10 ? 'UTC' : LIMA,
  }).formatToParts(date)
  const part = (type: string) => parts.find((p) => p.type === type)?.value.replace('.', '') ?? ''
  return `${part('day')}-${part('month')}-${part('year')}`
}

/** A time of day in Lima, such as `14:05`. */
export const formatTime = (time: Date, lang: Lang) =>
  new Intl.DateTimeFormat(LOCALE[lang], {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: LIMA,
  }).format(time)

/** No land has no extent: sources write nought where they state no area. */
const isUnstatedArea = ({ unit }: Field, value: unknown) => value === 0 && (unit === 'ha' || unit === 'km²')

/** A property as a person reads it; `null` when the source gives no value. */
export function formatValue(field: Field, value: unknown, lang: Lang, words: Dict): string | null {
  if (value === null || value === undefined || value === '' || isUnstatedArea(field, value)) return null
  switch (field.type) {
    case 'boolean':
      return value ? words.yes : words.no
    case 'code':
      return field.codes.find((code) => code.code === value)?.[lang] ?? String(value)
    case 'date':
      return formatDate(String(value), lang)
    case 'integer':
    case 'real': {
      if (typeof value !== 'number') return String(value)
      const text = formatNumber(value, lang, field.type === 'real' ? 2 : 0)
      return field.unit ? `${text}\u00a0${field.unit}` : text
    }
    default:
      return String(value)
  }
}

/** A place in degrees, as people write it: `12.04330° S, 77.02830° O`. */
export function formatPlace([lon, lat]: [number, number], lang: Lang): string {
  const side = (value: number, names: [string, string]) =>
    `${formatMeasure(Math.abs(value), lang, 5)}° ${names[Number(value < 0)]}`
  return `${side(lat, ['N', 'S'])}, ${side(lon, ['E', lang === 'es' ? 'O' : 'W'])}`
}
