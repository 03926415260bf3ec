import { computed, effect, signal } from '@preact/signals'
import { getJson, isAborted } from '../api/client'
import { changesUrl } from '../api/requests'
import type { ChangesAnswer, ItemCollection } from '../api/types'
import { cases, loadCases } from '../state/cases'
import { CASES, catalogue, loadCatalogue } from '../state/catalogue'
import { endOfLastMonth } from '../state/changes'
import { departmentsOf } from '../state/filters'
import { plainName } from '../state/plainName'
import { failureOf } from '../state/problems'

/** How the cases of the map stood on a day. */
export interface Standings {
  on: string
  counts: Record<string, number>
  standings: { feature: number; state: string; phase: string | null }[]
}

export const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Lima' }).format(new Date())

export const days = signal<[string, string]>(['', ''])
export const department = signal<string | null>(null)

const isDay = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

/** The days and the department that the address says; the last month's end and today where it says none. */
export function readAddress(): void {
  const query = new URLSearchParams(location.search)
  const [a, b] = [query.get('a'), query.get('b')]
  days.value = [isDay(a) ? a : endOfLastMonth(new Date()), isDay(b) ? b : today()]
  department.value = query.get('dep')
}

/** Keeps the address equal to what is compared. */
export function followAddress(): void {
  effect(() => {
    const query = new URLSearchParams(location.search)
    const [a, b] = days.value
    query.set('a', a)
    if (b === today()) query.delete('b')
    else query.set('b', b)
    if (department.value) query.set('dep', department.value)
    else query.delete('dep')
    history.replaceState(null, '', `?${query}`)
  })
}

export const standings = signal<[Standings, Standings] | null>(null)
export const changes = signal<ChangesAnswer | null>(null)
const notCompared = signal<unknown>(null)

/** Why something of the page is not there; null where all is. */
export const failed = computed(() => notCompared.value ?? failureOf('catalogue', CASES))

const tries = signal(0)

/** Asks again for what could not be had. */
export const retry = () => {
  tries.value++
  if (!catalogue.peek()) void loadCatalogue()
  if (!cases.peek()) void loadCases()
}
export const loading = signal(false)

export const standingsUrl = (day: string) => `/api/standings?on=${day}`

/** Asks again whenever what is compared changes; what was known before stays meanwhile. */
export function followDays(): void {
  effect(() => {
    const [a, b] = days.value
    const where = department.value
    tries.value
    notCompared.value = null
    if (a > b) return
    const controller = new AbortController()
    const ask = <T>(url: string) => getJson<T>(url, controller.signal)
    loading.value = true
    Promise.all([
      ask<Standings>(standingsUrl(a)),
      ask<Standings>(standingsUrl(b)),
      ask<ChangesAnswer>(`${changesUrl(a, where)}&until=${b}`),
    ])
      .then(([one, other, changed]) => {
        standings.value = [one, other]
        changes.value = changed
      })
      .catch((error) => {
        if (!isAborted(error)) notCompared.value = error
      })
      .finally(() => {
        if (!controller.signal.aborted) loading.value = false
      })
    return () => controller.abort()
  })
}

const isThere = (text: unknown, where: string | null) =>
  where === null ||
  (typeof text === 'string' && departmentsOf(text).some((name) => plainName(name) === plainName(where)))

/** Cases of the map with the state and phase they had then; those that were not there are left out. */
export function casesThen(all: ItemCollection, then: Standings, where: string | null): ItemCollection {
  const stood = new Map(then.standings.map((one) => [one.feature, one]))
  const features = all.features.flatMap((feature) => {
    const standing = stood.get(Number(feature.id))
    if (!standing || !isThere(feature.properties.department, where)) return []
    const { state, phase } = standing
    return [{ ...feature, properties: { ...feature.properties, state, phase } }]
  })
  return { ...all, features }
}

/** Cases that were not there on the first day and are over on the second: they are none of the changes. */
export const cameAndWent = computed(() => {
  const [before, after] = sides.value ?? []
  if (!before || !after) return 0
  const was = new Set(before.features.map(({ id }) => id))
  const isOver = (state: unknown) => state === 'resuelto' || state === 'retirado'
  return after.features.filter(({ id, properties }) => !was.has(id) && isOver(properties.state)).length
})

/** Both sides of the comparison; null until all is there. */
export const sides = computed(() => {
  const [all, both] = [cases.value, standings.value]
  return all && (both?.map((then) => casesThen(all, then, department.value)) ?? null)
})
