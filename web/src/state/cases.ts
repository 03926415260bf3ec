import { computed, signal } from '@preact/signals'
import { getCases } from '../api/requests'
import type { ItemCollection, Properties } from '../api/types'
import { CASES } from './catalogue'
import { departmentShown, departmentsOf, stateShown } from './filters'
import { clearProblem, reportProblem } from './problems'

/** Every conflict case the reader may see, drawn and clustered in the browser. */
export const cases = signal<ItemCollection | null>(null)

/** What is known of each case by its id; a list's rows carry less. */
export const casesById = computed(
  () => new Map(cases.value?.features.map(({ id, properties }) => [Number(id), properties])),
)

/** False where no case has a date to order by; true while that is not known. */
export const anyDated = computed(
  () => cases.value?.features.some(({ properties }) => properties.started_on) ?? true,
)

const text = (value: unknown) => (typeof value === 'string' ? value : null)
const stateOf = (properties: Properties | null) => text(properties?.state)
const departmentOf = (properties: Properties | null) => text(properties?.department)

/** Whether the filters let a case through. */
export const caseShown = (properties: Properties | null) =>
  stateShown(stateOf(properties)) && departmentShown(departmentOf(properties))

export const filteredCases = computed<ItemCollection | null>(() => {
  const all = cases.value
  return all && { ...all, features: all.features.filter((feature) => caseShown(feature.properties)) }
})

function tally(keysOf: (properties: Properties | null) => string[]): Record<string, number> | null {
  if (!cases.value) return null
  const counts: Record<string, number> = {}
  for (const { properties } of cases.value.features) {
    for (const key of keysOf(properties)) counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

/** Cases of each state in the chosen department, whatever the states chosen; null while they are not known. */
export const casesByState = computed(() =>
  tally((properties) => {
    const state = stateOf(properties)
    return state && departmentShown(departmentOf(properties)) ? [state] : []
  }),
)

/** Cases of the chosen states in each department; a case that lies in several counts in each. */
export const casesByDepartment = computed(() =>
  tally((properties) => (stateShown(stateOf(properties)) ? departmentsOf(departmentOf(properties)) : [])),
)

/** Cases of the chosen states without a place, whatever the department. */
export const placelessCases = computed(
  () =>
    cases.value?.features.filter(({ geometry, properties }) => !geometry && stateShown(stateOf(properties)))
      .length ?? 0,
)

export async function loadCases(): Promise<void> {
  try {
    cases.value = await getCases()
    clearProblem(CASES)
  } catch (error) {
    reportProblem(CASES, error)
  }
}
