import { effect } from '@preact/signals'
import { keptSince } from '../api/client'
import { loadCases } from './cases'
import { CASES } from './catalogue'
import { retryChanges } from './changes'
import { retryTimeline } from './lens'
import { retryList } from './list'
import { type Problem, problems } from './problems'
import { retryTiles } from './retry'
import { retrySearch } from './search'
import { retryCard } from './selection'
import { startData } from './start'

/** Problems about the list of a layer carry this before the layer's id. */
export const LIST = 'list:'

/** Asks again for what failed. */
export function retry({ about }: Problem): void {
  if (about === 'catalogue') void startData()
  else if (about === 'card') retryCard()
  else if (about === 'search') retrySearch()
  else if (about.startsWith(LIST)) retryList()
  else if (about === CASES) void loadCases()
  else if (about === 'timeline') retryTimeline()
  else retryTiles(about)
}

/** How often the server is asked whether it answers again. */
const PAUSE_MS = 5000

const serverAnswers = () =>
  fetch('/livez', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  )

async function mendWhenReached(): Promise<void> {
  if (!(await serverAnswers())) return
  if (keptSince.peek()) {
    keptSince.value = null
    void loadCases()
    retryList()
    retryTimeline()
    retryChanges()
  }
  for (const problem of problems.peek()) if (problem.offline) retry(problem)
}

/** While the server cannot be reached it is asked again and again; once it answers, what failed is fetched anew. */
export function followConnection(): void {
  const tryNow = () => {
    if (keptSince.peek() || problems.peek().some(({ offline }) => offline)) void mendWhenReached()
  }
  addEventListener('online', tryNow)
  effect(() => {
    if (!keptSince.value && !problems.value.some(({ offline }) => offline)) return
    const timer = setInterval(tryNow, PAUSE_MS)
    return () => clearInterval(timer)
  })
}
