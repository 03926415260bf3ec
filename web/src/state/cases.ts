import { computed, signal } from '@preact/signals'
import { getCases } from '../api/requests'
import type { ItemCollection } from '../api/types'
import { CASES } from './catalogue'
import { stateShown } from './filters'
import { clearProblem, reportProblem } from './problems'

/** Every conflict case the reader may see, drawn and clustered in the browser. */
export const cases = signal<ItemCollection | null>(null)

const stateOf = (properties: Record<string, unknown> | null) => {
  const state = properties?.state
  return typeof state === 'string' ? state : null
}

export const filteredCases = computed<ItemCollection | null>(() => {
  const all = cases.value
  return all && { ...all, features: all.features.filter((f) => stateShown(stateOf(f.properties))) }
})

/** Cases of each state in the whole country, whatever the filters. */
export const casesByState = computed<Record<string, number>>(() => {
  const counts: Record<string, number> = {}
  for (const feature of cases.value?.features ?? []) {
    const state = stateOf(feature.properties)
    if (state) counts[state] = (counts[state] ?? 0) + 1
  }
  return counts
})

export async function loadCases(): Promise<void> {
  try {
    cases.value = await getCases()
    clearProblem(CASES)
  } catch (error) {
    reportProblem(CASES, error)
  }
}
