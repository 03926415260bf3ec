import { effect, signal } from '@preact/signals'
import { search } from '../api/requests'
import type { SearchAnswer } from '../api/types'
import { clearProblem, reportProblem } from './problems'

const PAUSE_MS = 180
/** Fewer letters would find almost everything. */
export const SHORTEST = 2

export const searchText = signal('')
export const searchAnswer = signal<SearchAnswer | null>(null)
const attempt = signal(0)

export const retrySearch = () => {
  attempt.value += 1
}

/** Searches a moment after the last key; an answer to an older text is thrown away. */
export function followSearch(): () => void {
  return effect(() => {
    const text = searchText.value.trim()
    attempt.value
    if (text.length < SHORTEST) {
      searchAnswer.value = null
      clearProblem('search')
      return
    }
    const controller = new AbortController()
    const timer = setTimeout(() => {
      search(text, controller.signal)
        .then((answer) => {
          searchAnswer.value = answer
          clearProblem('search')
        })
        .catch((error) => reportProblem('search', error))
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  })
}
