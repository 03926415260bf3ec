import { computed, signal } from '@preact/signals'
import { getCases } from '../api/requests'
import type { ItemCollection, ItemFeature, Properties } from '../api/types'
import { CASES } from './catalogue'
import { departmentsOf, shownBut } from './filters'
import { lensShown } from './lens'
import { plainName } from './plainName'
import { clearProblem, reportProblem } from './problems'
import { severityOf } from './severity'

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
export const caseShown = ({ id, properties }: Pick<ItemFeature, 'id' | 'properties'>) =>
  lensShown(Number(id)) && shownBut(properties, null)

export const filteredCases = computed<ItemCollection | null>(() => {
  const all = cases.value
  return all && { ...all, features: all.features.filter(caseShown) }
})

type Kind = 'state' | 'department' | 'severity'

/** Cases by keys, of those that all filters but one kind let through. */
function tally(
  kind: Kind,
  keysOf: (properties: Properties | null) => string[],
): Record<string, number> | null {
  if (!cases.value) return null
  const counts: Record<string, number> = {}
  for (const { id, properties } of cases.value.features) {
    if (!lensShown(Number(id)) || !shownBut(properties, kind)) continue
    for (const key of keysOf(properties)) counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

/** Institutions that record cases, and types of cases, as far as any case says. */
const told = (name: string) =>
  computed(() => {
    const values = cases.value?.features.map(({ properties }) => text(properties?.[name])) ?? []
    return [...new Set(values)].filter((value) => value !== null).sort()
  })
export const knownInstitutions = told('institution')
export const knownTypes = told('type')

/** Cases of each state in the chosen department, whatever the states chosen; null while they are not known. */
export const casesByState = computed(() =>
  tally('state', (properties) => [stateOf(properties)].filter((state) => state !== null)),
)

/** Cases of the filters in each department, by its plain name; a case that lies in several counts in each. */
export const casesByDepartment = computed(() =>
  tally('department', (properties) => [...new Set(departmentsOf(departmentOf(properties)).map(plainName))]),
)

/** How many of them lie in a department, however it is written. */
export const countIn = (department: string) => casesByDepartment.value?.[plainName(department)] ?? 0

/** Cases of each severity, whatever severities are chosen. */
export const casesBySeverity = computed(() =>
  tally('severity', (properties) => [severityOf(properties)].filter((severity) => severity !== null)),
)

/** Cases of the chosen states without a place, whatever the department. */
export const placelessCases = computed(
  () =>
    cases.value?.features.filter(
      ({ id, geometry, properties }) =>
        !geometry && lensShown(Number(id)) && shownBut(properties, 'department'),
    ).length ?? 0,
)

/** Asks for all cases; where `ready` is told, they are read when that is over. */
export async function loadCases(ready?: Promise<void>): Promise<void> {
  try {
    cases.value = await getCases(ready)
    clearProblem(CASES)
  } catch (error) {
    reportProblem(CASES, error)
  }
}
