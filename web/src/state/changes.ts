import { computed, effect, signal } from '@preact/signals'
import { isAborted } from '../api/client'
import { getChanges } from '../api/requests'
import type { ChangedCase, ChangeKind, ChangesAnswer } from '../api/types'
import { chosenDepartment } from './filters'
import { clearProblem, reportProblem } from './problems'

/** Kinds of changes, the gravest first, as the server orders them. */
export const CHANGES: ChangeKind[] = [
  'escalated',
  'new',
  'reactivated',
  'deescalated',
  'resolved',
  'withdrawn',
]

/** The sign of each kind: what grew graver points up, what grew milder down. */
export const SIGNS: Record<ChangeKind, 'up' | 'plus' | 'down'> = {
  escalated: 'up',
  new: 'plus',
  reactivated: 'up',
  deescalated: 'down',
  resolved: 'down',
  withdrawn: 'down',
}

const LIMA = 'America/Lima'

/** The last day of the month before: what a monthly report goes up to. */
export function endOfLastMonth(now: Date): string {
  const [year = 0, month = 1] = new Intl.DateTimeFormat('en-CA', { timeZone: LIMA })
    .format(now)
    .split('-')
    .map(Number)
  return new Date(Date.UTC(year, month - 1, 0)).toISOString().slice(0, 10)
}

/** Since when changes are shown; null where they are not asked for. */
export const comparedSince = signal<string | null>(null)

export const changes = signal<ChangesAnswer | null>(null)

/** Changes of the cases that are on the map. */
export const shownChanges = computed<ChangedCase[]>(
  () => changes.value?.changes.filter(({ feature }) => feature !== null) ?? [],
)

/** What became of a case, by its number on the map. */
export const changeById = computed(() => new Map(shownChanges.value.map((one) => [Number(one.feature), one])))

const attempt = signal(0)

export const retryChanges = () => {
  attempt.value += 1
}

/** Asks again whenever the day or the department changes; the marks of before stay meanwhile. */
export function followChanges(): () => void {
  return effect(() => {
    const [since, department] = [comparedSince.value, chosenDepartment.value]
    attempt.value
    clearProblem('changes')
    if (!since) {
      changes.value = null
      return
    }
    const controller = new AbortController()
    getChanges(since, department, controller.signal)
      .then((answer) => {
        changes.value = answer
      })
      .catch((error) => {
        if (isAborted(error)) return
        changes.value = null
        reportProblem('changes', error)
      })
    return () => controller.abort()
  })
}
