import { computed, effect, signal } from '@preact/signals'
import { isAborted } from '../api/client'
import { getTimeline } from '../api/requests'
import type { Timeline } from '../api/types'
import { caseConditions, chosenPeriod, chosenScheme } from './filters'
import { clearProblem, reportProblem } from './problems'

/** When something happened in the cases that the filters let through, whatever the period. */
export const timeline = signal<Timeline | null>(null)

/** Cases that the chosen period and scheme leave, which only the server can tell; null where neither is chosen. */
const meant = signal<ReadonlySet<number> | null>(null)

export const lensShown = (id: number) => meant.value === null || meant.value.has(id)

/** Whether the cases are those of a period or scheme. */
export const hasLens = computed(() => chosenPeriod.value !== null || chosenScheme.value !== null)

const attempt = signal(0)

export const retryTimeline = () => {
  attempt.value += 1
}

/** Asks, gives up what was asked before, and says what failed. */
function following(ask: (signal: AbortSignal) => Promise<void>): () => void {
  const controller = new AbortController()
  ask(controller.signal)
    .then(() => clearProblem('timeline'))
    .catch((error) => {
      if (!isAborted(error)) reportProblem('timeline', error)
    })
  return () => controller.abort()
}

/** Asks again whenever the filters change; what was known before stays meanwhile. */
export function followLens(): void {
  effect(() => {
    const { lens } = caseConditions()
    attempt.value
    if (Object.keys(lens ?? {}).length === 0) {
      meant.value = null
      return
    }
    return following(async (signal) => {
      const answer = await getTimeline({ conditions: {}, lens }, signal)
      meant.value = new Set(answer.meant?.features)
    })
  })
  effect(() => {
    const asked = caseConditions()
    attempt.value
    return following(async (signal) => {
      timeline.value = await getTimeline(asked, signal)
    })
  })
}
