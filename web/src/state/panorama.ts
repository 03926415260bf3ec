import { computed, signal } from '@preact/signals'
import type { ItemFeature, Point } from '../api/types'
import { cases, filteredCases } from './cases'
import { CASES, layerById } from './catalogue'
import { changeById, SIGNS } from './changes'
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
  (cases.value?.features.length ?? layerById(CASES)?.count ?? 0) > MANY ? 'departments' : 'cases',
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
  /** How many of them bear each sign of a change. */
  signs: Record<string, number>
}

/** Whether departments are told: not where one of them is all that is shown. */
export const byDepartment = computed(
  () => grouping.value === 'departments' && chosenDepartment.value === null,
)

interface Gathered extends Omit<DepartmentCases, 'point'> {
  /** Sums of the places of its cases. */
  places: { lon: number; lat: number; count: number }
}

function gather(features: ItemFeature[]): Map<string, Gathered> {
  const known = new Map<string, Gathered>()
  for (const { id, geometry, properties } of features) {
    const changed = changeById.value.get(Number(id))
    const { state, department } = properties
    if (typeof department !== 'string') continue
    for (const name of departmentsOf(department)) {
      const key = plainName(name)
      const found = known.get(key) ?? {
        name,
        count: 0,
        crises: 0,
        byState: {},
        signs: {},
        places: { lon: 0, lat: 0, count: 0 },
      }
      known.set(key, found)
      found.count += 1
      if (changed) found.signs[SIGNS[changed.change]] = (found.signs[SIGNS[changed.change]] ?? 0) + 1
      if (severityOf(properties) === SEVERITIES[0]) found.crises += 1
      if (typeof state === 'string' && STATES.includes(state))
        found.byState[state] = (found.byState[state] ?? 0) + 1
      if (geometry?.type !== 'Point') continue
      const [lon = 0, lat = 0] = geometry.coordinates
      found.places.lon += lon
      found.places.lat += lat
      found.places.count += 1
    }
  }
  return known
}

/** Degrees by which a sign stands beside its department, where that of a large neighbour would cover it. */
const BESIDE: Record<string, [number, number]> = { callao: [-0.7, -0.15] }

/**
 * Cases of the filters by department; one that lies in several counts in each. A department whose shape is not known
 * stands amid its cases.
 */
export const departmentCases = computed<DepartmentCases[]>(() => {
  const rows = new Map(departments.value?.map((row) => [plainName(row.name), row]))
  const gathered = gather(filteredCases.value?.features ?? [])
  return [...gathered].flatMap(([key, { places, name, ...counts }]) => {
    const row = rows.get(key)
    const amid: Point | null =
      places.count > 0 ? [places.lon / places.count, places.lat / places.count] : null
    const point = row?.point ?? amid
    if (!point) return []
    const [east, north] = BESIDE[key] ?? [0, 0]
    return [{ ...counts, name: row?.name ?? name, point: [point[0] + east, point[1] + north] as Point }]
  })
})

/** Cases of the filters whose source names no department that can be shown. */
export const elsewhere = computed(() => {
  const shown = new Set(departmentCases.value.map(({ name }) => plainName(name)))
  const isThere = (department: unknown) =>
    typeof department === 'string' && departmentsOf(department).some((name) => shown.has(plainName(name)))
  return filteredCases.value?.features.filter(({ properties }) => !isThere(properties.department)).length ?? 0
})
