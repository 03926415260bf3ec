import type { Lang } from '../api/types'
import { formatDate } from './format'

/** The property that says how much of a case's dates is known: `dia`, `mes` or `anio`; without it, the day. */
export const DATE_PRECISION = 'date_precision'

const MONTH: Record<Lang, Intl.DateTimeFormat> = {
  es: new Intl.DateTimeFormat('es-PE', { month: 'short', year: 'numeric', timeZone: 'UTC' }),
  en: new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' }),
}

const yearOf = (date: string) => date.slice(0, 4)

/** A date with no more of it than is known: `2009`, `jun. 2017`, `31-oct-2026`. */
export function formatPartialDate(date: string, precision: unknown, lang: Lang): string {
  const day = new Date(`${date.slice(0, 10)}T00:00:00Z`)
  if (Number.isNaN(day.getTime())) return date
  if (precision === 'anio') return yearOf(date)
  if (precision === 'mes') return MONTH[lang].format(day)
  return formatDate(date, lang)
}

/** From the year it began to the year it ended: `2012–2017`. */
export const formatPeriod = (start: string, end: string) =>
  yearOf(start) === yearOf(end) ? yearOf(start) : `${yearOf(start)}–${yearOf(end)}`
