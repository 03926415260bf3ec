import { batch, computed, signal } from '@preact/signals'
import type { FeatureQuery } from '../api/requests'
import type { Layer, Properties } from '../api/types'
import { CASES, isEmpty, layers } from './catalogue'
import { STATES } from './palette'
import { plainName } from './plainName'
import { conditionOf, SEVERITIES, type Severity, severityOf } from './severity'

/** States to show; empty means all of them. Kept in the order of urgency. */
export const chosenStates = signal<string[]>([])

export const stateShown = (state: string | null) =>
  chosenStates.value.length === 0 || (state !== null && chosenStates.value.includes(state))

export function toggleState(state: string): void {
  const next = chosenStates.value.includes(state)
    ? chosenStates.value.filter((other) => other !== state)
    : [...chosenStates.value, state]
  chosenStates.value = next.length === STATES.length ? [] : STATES.filter((s) => next.includes(s))
}

/** The only department whose cases are shown; null means all. */
export const chosenDepartment = signal<string | null>(null)

/** A case may lie in several departments, which the source lists as `Cusco, Puno`. */
export const departmentsOf = (text: string | null) => text?.split(', ').filter(Boolean) ?? []

/** However it is written: one source has `CUSCO`, another `Cusco`. */
export const departmentShown = (text: string | null) => {
  const chosen = chosenDepartment.value
  return chosen === null || departmentsOf(text).some((name) => plainName(name) === plainName(chosen))
}

/** Severities to show; empty means all of them. The gravest first. */
export const chosenSeverities = signal<Severity[]>([])

export function toggleSeverity(severity: Severity): void {
  const chosen = chosenSeverities.value
  const next = chosen.includes(severity) ? chosen.filter((one) => one !== severity) : [...chosen, severity]
  chosenSeverities.value = SEVERITIES.filter((one) => next.includes(one))
}

const severityShown = (severity: Severity | null) =>
  chosenSeverities.value.length === 0 || (severity !== null && chosenSeverities.value.includes(severity))

/** The only type of conflict that is shown; null means all. */
export const chosenType = signal<string | null>(null)

/** The only institution whose cases are shown; null means all. */
export const chosenInstitution = signal<string | null>(null)

/** The scheme whose cases are shown; null means all cases. */
export const chosenScheme = signal<string | null>(null)

/** Days, both included. */
export interface Period {
  from: string
  to: string
}

/** Only cases in which something happened then are shown; null means any time. */
export const chosenPeriod = signal<Period | null>(null)

/** What all filters but one kind let through; that kind is counted whatever is chosen of it. */
export const shownBut = (properties: Properties | null, kind: 'state' | 'department' | 'severity' | null) =>
  (kind === 'state' || stateShown(textOf(properties?.state))) &&
  (kind === 'department' || departmentShown(textOf(properties?.department))) &&
  (kind === 'severity' || severityShown(severityOf(properties))) &&
  (chosenType.value === null || properties?.type === chosenType.value) &&
  (chosenInstitution.value === null || properties?.institution === chosenInstitution.value)

const textOf = (value: unknown) => (typeof value === 'string' ? value : null)

export const filtering = computed(
  () =>
    chosenStates.value.length > 0 ||
    chosenSeverities.value.length > 0 ||
    [chosenDepartment, chosenType, chosenInstitution, chosenScheme, chosenPeriod].some(
      (one) => one.value !== null,
    ),
)

export const clearFilters = () =>
  batch(() => {
    chosenStates.value = []
    chosenSeverities.value = []
    for (const one of [chosenDepartment, chosenType, chosenInstitution, chosenScheme, chosenPeriod])
      one.value = null
  })

/** The filters of cases as the server is asked for them. */
export function caseConditions(): Pick<FeatureQuery, 'conditions' | 'filter' | 'lens'> {
  const period = chosenPeriod.value
  return {
    conditions: {
      ...(chosenStates.value.length > 0 ? { state: chosenStates.value } : {}),
      ...(chosenDepartment.value ? { department: [chosenDepartment.value] } : {}),
      ...(chosenType.value ? { type: [chosenType.value] } : {}),
      ...(chosenInstitution.value ? { institution: [chosenInstitution.value] } : {}),
    },
    filter: conditionOf(chosenSeverities.value),
    lens: {
      ...(period ? { happened: `${period.from}/${period.to}` } : {}),
      ...(chosenScheme.value ? { scheme: chosenScheme.value } : {}),
    },
  }
}

/** Layers switched by the reader; null until something differs from the catalogue. */
export const chosenLayers = signal<string[] | null>(null)

export const defaultLayers = computed(() => layers.value.filter((layer) => layer.visible).map((l) => l.id))

export const shownLayers = computed(() => chosenLayers.value ?? defaultLayers.value)

export const isShown = (layer: Layer) => !isEmpty(layer) && shownLayers.value.includes(layer.id)

export function toggleLayer(id: string): void {
  const shown = shownLayers.value
  const next = shown.includes(id) ? shown.filter((other) => other !== id) : [...shown, id]
  const ordered = layers.value.map((layer) => layer.id).filter((other) => next.includes(other))
  chosenLayers.value = ordered.join() === defaultLayers.value.join() ? null : ordered
}

/** Opacity of each layer, 0 to 1; a missing entry is 1. */
export const opacities = signal<Record<string, number>>({})

export const opacityOf = (id: string) => opacities.value[id] ?? 1

export function setOpacity(id: string, opacity: number): void {
  const { [id]: _, ...others } = opacities.value
  opacities.value = opacity >= 1 ? others : { ...others, [id]: opacity }
}

/** The layer that the list shows. */
export const listLayer = signal<string>(CASES)

/** How the list of cases is ordered; other layers are by name. The first is the default. */
export const ORDERS = ['urgency', 'recent', 'name'] as const
export type Order = (typeof ORDERS)[number]
export const caseOrder = signal<Order>('urgency')
