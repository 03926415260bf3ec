import type { Lang } from '../api/types'
import { formatNumber } from './format'

/** A distance as a person says it: `340 m` in tens of metres, `1.2 km` from a kilometre on. */
export function formatDistance(metres: number, lang: Lang): string {
  const tens = Math.max(10, Math.round(metres / 10) * 10)
  if (tens < 1000) return `${tens}\u00a0m`
  return `${formatNumber(metres / 1000, lang, 1)}\u00a0km`
}
