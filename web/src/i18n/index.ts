import { computed, signal } from '@preact/signals'
import type { Lang } from '../api/types'
import { en } from './en'
import { type Dict, es } from './es'

const DICTIONARIES: Record<Lang, Dict> = { es, en }

export const lang = signal<Lang>('es')

/** The words of the chosen language; read `words.value` inside a component to follow the toggle. */
export const words = computed<Dict>(() => DICTIONARIES[lang.value])

export { formatDistance } from './distance'
export { formatDate, formatNumber, formatTime, formatValue } from './format'
export { holdsName, readableField, readableIn, readableName, readablePlace } from './names'
export { DATE_PRECISION, formatPartialDate, formatPeriod } from './partialDate'
