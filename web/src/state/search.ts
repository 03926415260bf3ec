import { computed, effect, signal, untracked } from '@preact/signals'
import { isAborted } from '../api/client'
import { search } from '../api/requests'
import type { FoundPlace, SearchAnswer, SearchResult } from '../api/types'
import { formatPlace, lang, words } from '../i18n'
import { clearProblem, problems, reportProblem } from './problems'
import { byLikelihood } from './searchOrder'
import { selection } from './selection'

const PAUSE_MS = 180
/** Fewer letters would find almost everything. */
export const SHORTEST = 2
/** As many results as a glance takes in; the others are shown when asked for. */
const FIRST = 20

export const searchText = signal('')
export const searchAnswer = signal<SearchAnswer | null>(null)

/** Of a place that the text itself says: it is in no layer. */
export const NO_LAYER = ''

/** A place that the text says, among what was found. */
function resultOf({ point, zone }: FoundPlace, at: number): SearchResult {
  const t = words.value
  return {
    layer: NO_LAYER,
    id: at,
    name: formatPlace(point, lang.value),
    code: null,
    category: null,
    point,
    bbox: null,
    context: zone === null ? t.placeFound : t.placeInZone(zone),
    synthetic: false,
  }
}

/** Everything found, the likeliest first: before all, places that the text says. */
export const searchResults = computed(() => {
  const answer = searchAnswer.value
  return answer ? [...answer.places.map(resultOf), ...byLikelihood(answer.results, answer.query)] : []
})

const shownAll = signal(false)
export const shownResults = computed(() =>
  shownAll.value ? searchResults.value : searchResults.value.slice(0, FIRST),
)
export const showAllResults = () => {
  shownAll.value = true
}

/** The problem of the last search, while its words are still in the box. */
export const searchProblem = computed(() => problems.value.find(({ about }) => about === 'search') ?? null)

const attempt = signal(0)

export const retrySearch = () => {
  attempt.value += 1
}

/** What was searched for has served once a card is open: a link to the card shall not search again. */
function forgetAfterChoice(): void {
  if (selection.value) untracked(() => (searchText.value = ''))
}

/** Searches a moment after the last key; an answer to an older text is thrown away. */
export function followSearch(): () => void {
  effect(forgetAfterChoice)
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
          shownAll.value = false
          clearProblem('search')
        })
        .catch((error) => {
          // What was found for other words is no answer to these.
          if (!isAborted(error)) searchAnswer.value = null
          reportProblem('search', error)
        })
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  })
}
