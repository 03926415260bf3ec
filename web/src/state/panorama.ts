import { computed, signal } from '@preact/signals'
import type { Point } from '../api/types'
import { cases, filteredCases } from './cases'
import { departments } from './departments'
import { chosenDepartment, departmentsOf } from './filters'
import { STATES } from './palette'
import { plainName } from './plainName'
import { SEVERITIES, severityOf } from './severity'

/** How the whole country is drawn: a sign for each department, or cases grouped by nearness. */
export type Grouping = 'departments' | 'cases'

/** The reader's choice; null leaves it to how many cases there are. */
export const chosenGrouping = signal<Grouping | null>(null)

/** More cases than these are told by department, until the reader comes closer. */
const MANY = 100
/** Closer than this, cases are drawn one by one whatever was chosen. */
export const CASES_FROM_ZOOM = 6

export const usualGrouping = computed<Grouping>(() =>
  (cases.value?.features.length ?? 0) > MANY ? 'departments' : 'cases',
)

export const grouping = computed(() => chosenGrouping.value ?? usualGrouping.value)

/** Cases of the filters in one department. */
export interface DepartmentCases {
  name: string
  point: Point
  count: number
  /** Of the gravest severity. */
  crises: number
  byState: Record<string, number>
}

/** Whether departments can be told: their places are known, and not one of them is all that is shown. */
export const byDepartment = computed(
  () =>
    grouping.value === 'departments' &&
    chosenDepartment.value === null &&
    (departments.value?.length ?? 0) > 0,
)

/** Cases of the filters by department; one that lies in several counts in each. */
export const departmentCases = computed<DepartmentCases[]>(() => {
  const known = new Map<string, DepartmentCases>()
  for (const { name, point } of departments.value ?? []) {
    if (point) known.set(plainName(name), { name, point, count: 0, crises: 0, byState: {} })
  }
  for (const { properties } of filteredCases.value?.features ?? []) {
    const [state, department] = [properties.state, properties.department]
    if (typeof department !== 'string') continue
    for (const name of departmentsOf(department)) {
      const found = known.get(plainName(name))
      if (!found) continue
      found.count += 1
      if (severityOf(properties) === SEVERITIES[0]) found.crises += 1
      if (typeof state === 'string' && STATES.includes(state))
        found.byState[state] = (found.byState[state] ?? 0) + 1
    }
  }
  return [...known.values()].filter(({ count }) => count > 0)
})

/** Cases of the filters that are in no department of the map: elsewhere, or the source does not say where. */
export const elsewhere = computed(() => {
  const names = new Set(departments.value?.map(({ name }) => plainName(name)))
  const isThere = (department: unknown) =>
    typeof department === 'string' && departmentsOf(department).some((name) => names.has(plainName(name)))
  return filteredCases.value?.features.filter(({ properties }) => !isThere(properties.department)).length ?? 0
})
