import { computed, signal } from '@preact/signals'
import type { Lang } from '../api/types'
import { type Dict, es } from './es'

/** Spanish comes with the page; English is fetched when somebody reads it. */
const dictionaries = signal<Partial<Record<Lang, Dict>>>({ es })

export const lang = signal<Lang>('es')

/** The words of the chosen language; read `words.value` inside a component to follow the toggle. */
export const words = computed<Dict>(() => dictionaries.value[lang.value] ?? es)

/** Shows the page in that language once its words are there; without them it stays as it is. */
export async function speak(next: Lang): Promise<void> {
  if (next === 'en' && !dictionaries.peek().en) {
    const { en } = await import('./en')
    dictionaries.value = { ...dictionaries.peek(), en }
  }
  lang.value = next
}
export { formatDistance } from './distance'
export { formatDate, formatMeasure, formatNumber, formatPlace, formatTime, formatValue } from './format'
export { holdsName, readableField, readableIn, readableName, readablePlace } from './names'
export { DATE_PRECISION, formatPartialDate, formatPeriod } from './partialDate'
