import { computed, signal } from '@preact/signals'
import type { Layer } from '../api/types'
import { CASES, isEmpty, layers } from './catalogue'
import { STATES } from './palette'
import { plainName } from './plainName'

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

export const filtering = computed(() => chosenStates.value.length > 0 || chosenDepartment.value !== null)

export const clearFilters = () => {
  chosenStates.value = []
  chosenDepartment.value = null
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
