import { signal } from '@preact/signals'
import { getJson } from '../api/client'
import { getChanges, getFeatures } from '../api/requests'
import type { ChangesAnswer, FeaturePage, Scheme } from '../api/types'
import { loadCases } from '../state/cases'
import { CASES, catalogue, layerById, loadCatalogue } from '../state/catalogue'
import { endOfLastMonth } from '../state/changes'
import { plainName } from '../state/plainName'
import { failureOf } from '../state/problems'

const DEPARTMENTS = 'departments'
/** The most active cases that are named. */
const MOST = 200

export interface SchemeCount {
  scheme: Scheme
  here: number
  country: number
  revision: string
}

export interface Briefing {
  department: string
  /** Number of its feature, where its layer has it. */
  feature: number | null
  day: string
  schemes: SchemeCount[]
  changes: ChangesAnswer
  /** Active cases of the map, with how many there are of each state. */
  active: FeaturePage
}

export const briefing = signal<Briefing | null>(null)
export const failed = signal<unknown>(null)

interface Counts {
  as_of: string
  revision: string
  total: number
  groups: { value: string | null; count: number }[]
}

async function countOf(scheme: Scheme, department: string): Promise<SchemeCount & { day: string }> {
  const counts = await getJson<Counts>(`/api/schemes/${scheme.id}/counts?by=department`)
  const isHere = ({ value }: Counts['groups'][number]) =>
    value !== null && plainName(value) === plainName(department)
  const here = counts.groups.filter(isHere).reduce((sum, { count }) => sum + count, 0)
  return { scheme, here, country: counts.total, revision: counts.revision, day: counts.as_of }
}

/** How the data spell a department, and its feature. */
async function departmentOf(told: string): Promise<{ department: string; feature: number | null }> {
  if (!layerById(DEPARTMENTS)?.count) return { department: told, feature: null }
  const query = { layer: DEPARTMENTS, bbox: null, conditions: {}, order: 'name', limit: 100 }
  const { features } = await getFeatures(query, new AbortController().signal)
  const found = features.find(({ name }) => plainName(name) === plainName(told))
  return found ? { department: found.name, feature: found.id } : { department: told, feature: null }
}

/** Gathers what is known of a department. */
async function load(told: string): Promise<void> {
  failed.value = null
  try {
    const signal = new AbortController().signal
    const { department, feature } = await departmentOf(told)
    const since = endOfLastMonth(new Date())
    const [{ schemes }, changes, active] = await Promise.all([
      getJson<{ schemes: Scheme[] }>('/api/schemes'),
      getChanges(since, department, signal),
      getFeatures(
        {
          layer: CASES,
          bbox: null,
          conditions: { department: [department], state: ['activo'] },
          order: 'urgency',
          limit: MOST,
        },
        signal,
      ),
      loadCases(),
    ])
    const missing = failureOf('catalogue', CASES)
    if (missing) throw missing
    const counts = await Promise.all(schemes.map((scheme) => countOf(scheme, department)))
    briefing.value = {
      department,
      feature,
      day: counts[0]?.day ?? changes.until,
      schemes: counts,
      changes,
      active,
    }
  } catch (error) {
    failed.value = error
  }
}

/** The address names no department. */
export const nowhere = signal(false)

/** Loads what the address asks for. */
export async function loadAsked(): Promise<void> {
  const department = new URLSearchParams(location.search).get('dep')?.trim()
  nowhere.value = !department
  if (!department) return
  if (!catalogue.peek()) await loadCatalogue()
  await load(department)
}
