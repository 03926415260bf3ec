import { computed } from '@preact/signals'
import { cases } from './cases'

/** First day of each case by id; the list's rows do not carry it. */
export const startDates = computed(() => {
  const dates = new Map<number, string>()
  for (const { id, properties } of cases.value?.features ?? []) {
    if (typeof properties?.started_on === 'string') dates.set(Number(id), properties.started_on)
  }
  return dates
})
