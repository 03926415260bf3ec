import type { Timeline } from '../api/types'
import type { Period } from './filters'

/** What happened in one stretch of the histogram: a month, or a year where months are too many. */
export interface Bin {
  /** First and last day. */
  from: string
  to: string
  /** `2026-10` or `2026`. */
  name: string
  protests: number
  /** Events that are no protests. */
  others: number
  /** Cases that began or ended. */
  turns: number
}

/** More months than these are drawn as years. */
const MOST_MONTHS = 120

const pad = (value: number) => String(value).padStart(2, '0')

const lastDayOf = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** Stretches from the first to the last month in which something happened, those without anything, too. */
export function binsOf(months: Timeline['months'], today: string): Bin[] {
  const [first, last] = [months[0], months.at(-1)]
  if (!first || !last) return []
  const numberOf = (month: string) => {
    const [year = 0, within = 1] = month.split('-').map(Number)
    return year * 12 + within - 1
  }
  const end = Math.max(numberOf(last.month), Math.min(numberOf(today.slice(0, 7)), numberOf(last.month) + 12))
  const count = end - numberOf(first.month) + 1
  const byYear = count > MOST_MONTHS
  const bins = new Map<string, Bin>()
  for (let at = numberOf(first.month); at <= end; at++) {
    const [year, month] = [Math.floor(at / 12), (at % 12) + 1]
    const name = byYear ? `${year}` : `${year}-${pad(month)}`
    if (bins.has(name)) continue
    const from = byYear ? `${year}-01-01` : `${name}-01`
    const to = byYear ? `${year}-12-31` : `${name}-${pad(lastDayOf(year, month))}`
    bins.set(name, { from, to, name, protests: 0, others: 0, turns: 0 })
  }
  for (const { month, events, protests, began, ended } of months) {
    const bin = bins.get(byYear ? month.slice(0, 4) : month)
    if (!bin) continue
    bin.protests += protests
    bin.others += events - protests
    bin.turns += began + ended
  }
  return [...bins.values()]
}

export const totalOf = ({ protests, others, turns }: Bin) => protests + others + turns

/** Places of the first and last bin that a period touches; null where it touches none. */
export function touched(bins: Bin[], period: Period): [number, number] | null {
  const first = bins.findIndex(({ to }) => to >= period.from)
  const last = bins.findLastIndex(({ from }) => from <= period.to)
  return first === -1 || last === -1 || first > last ? null : [first, last]
}

/** The period of bins from one place to another, in either order; null beyond them. */
export function periodOf(bins: Bin[], one: number, other: number): Period | null {
  const [first, last] = [bins[Math.min(one, other)], bins[Math.max(one, other)]]
  return first && last ? { from: first.from, to: last.to } : null
}

/** The period as long as this one that comes before (-1) or after (1) it, or what is left there; null where nothing is. */
export function stepped(bins: Bin[], period: Period, by: -1 | 1): Period | null {
  const places = touched(bins, period)
  if (!places) return null
  const length = places[1] - places[0] + 1
  const within = (place: number) => Math.min(bins.length - 1, Math.max(0, place))
  const [first, last] = by === 1 ? [places[1] + 1, places[1] + length] : [places[0] - length, places[0] - 1]
  return last < 0 || first >= bins.length ? null : periodOf(bins, within(first), within(last))
}
