import { computed, effect, signal, untracked } from '@preact/signals'
import type { Geometry } from 'geojson'
import { isAborted } from '../api/client'
import { getFeatures, getItem } from '../api/requests'
import type { Row } from '../api/types'
import { cases } from './cases'
import { layerById } from './catalogue'
import { chosenDepartment, departmentsOf } from './filters'
import { plainName } from './plainName'
import { fitTo } from './view'

const DEPARTMENTS = 'departments'
/** Peru has 25; a file that splits one in parts may have some more. */
const MOST = 100

/** Name and box of each department; null until they came, or were found not to be there. */
export const departments = signal<Row[] | null>(null)

/** The shape of the chosen department, drawn as an outline. */
export const departmentShape = signal<Geometry | null>(null)

export const departmentNamed = (name: string, among: Row[] | null): Row | undefined =>
  among?.find((row) => plainName(row.name) === plainName(name))

/** Every department that a filter may name, spelled as the cases spell it; null until that is known. */
export const knownDepartments = computed<string[] | null>(() => {
  if (!cases.value || !departments.value) return null
  const ofCases = cases.value.features.flatMap(({ properties }) => {
    const text = properties?.department
    return typeof text === 'string' ? departmentsOf(text) : []
  })
  const others = departments.value.map((row) => row.name)
  const spelled = new Map([...others, ...ofCases].map((name) => [plainName(name), name]))
  return [...spelled.values()]
})

/** How the filter spells a department that another source names; null while that is not known. */
export const departmentMeant = (name: string): string | null =>
  knownDepartments.value?.find((other) => plainName(other) === plainName(name)) ?? null

/** The department that the map shall go to as soon as its box is known. */
const awaited = signal<string | null>(null)

export const goToDepartment = (name: string | null) => {
  awaited.value = name
}

/** The reader's own choice also moves the map there; letting go of it leaves the map where it is. */
export function chooseDepartment(name: string | null): void {
  chosenDepartment.value = name
  goToDepartment(name)
}

/** They help, and nothing depends on them: without them the map stays where it is. */
export async function loadDepartments(): Promise<void> {
  const known = layerById(DEPARTMENTS)?.count
  const query = { layer: DEPARTMENTS, bbox: null, conditions: {}, order: 'name', limit: MOST }
  departments.value = known
    ? await getFeatures(query, new AbortController().signal).then(
        (answer) => answer.features,
        () => [],
      )
    : []
}

function followChoice(): (() => void) | undefined {
  const name = chosenDepartment.value
  const row = name === null ? undefined : departmentNamed(name, departments.value)
  if (!row) {
    departmentShape.value = null
    return
  }
  const controller = new AbortController()
  getItem(DEPARTMENTS, row.id, controller.signal)
    .then((item) => {
      departmentShape.value = item.geometry
    })
    .catch((error) => {
      if (!isAborted(error)) departmentShape.value = null
    })
  return () => controller.abort()
}

function followJourney(): void {
  if (awaited.value === null || !departments.value) return
  const box = departmentNamed(awaited.value, departments.value)?.bbox
  awaited.value = null
  if (box) untracked(() => fitTo(box))
}

/** Outlines the chosen department, and brings it into view when that was asked for. */
export function followDepartment(): void {
  effect(followChoice)
  effect(followJourney)
}
