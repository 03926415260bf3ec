import { batch, computed, effect, signal } from '@preact/signals'
import { ApiError, isAborted } from '../api/client'
import { getItem } from '../api/requests'
import type { Bbox, ItemFeature, Point } from '../api/types'
import { page, rows } from './list'
import { clearProblem, reportProblem } from './problems'

export interface Selection {
  layer: string
  id: number
}

/** The feature whose card is open. */
export const selection = signal<Selection | null>(null)

/** The feature on the card, with the selection it answers: while a new one is on its way, the one before it. */
export const loaded = signal<{ selection: Selection; item: ItemFeature } | null>(null)

export const selectedItem = computed(() => loaded.value?.item ?? null)

/** Why the card is empty: the feature is gone, or could not be fetched. */
export const cardFailure = signal<'gone' | 'failed' | null>(null)

/** True while the card still shows the feature before. */
export const cardLoading = computed(
  () => selection.value !== null && loaded.value?.selection !== selection.value && !cardFailure.value,
)

/** The last card that was open: where the list goes on once it is closed. */
export const lastSelection = signal<Selection | null>(null)

/** The selection that came from leafing through the list, not from a choice. */
export const steppedTo = signal<Selection | null>(null)

/** The selection that a link brought along: whoever shared it saw it on a window of another size. */
export const linkedSelection = signal<Selection | null>(null)

const attempt = signal(0)

export interface Candidate extends Selection {
  name: string
  category: string | null
  synthetic: boolean
  /** Name of its source, where that is told. */
  source?: string | null
  /** How far it is from the place in question, in metres. */
  distance_m?: number
}

/** Several features under one click, or the cases of one cluster, to choose from. */
export interface Choice {
  kind: 'here' | 'cluster' | 'changes' | 'place'
  candidates: Candidate[]
  bbox: Bbox | null
  /** Where the click was; null for a cluster, which shows itself. */
  at: Point | null
}

export const choice = signal<Choice | null>(null)

/** True after a click, or Enter under the cross, that hit nothing. */
export const hitNothing = signal(false)

/** Where that was. */
export const missedAt = signal<Point | null>(null)

export const detailOpen = computed(() => selection.value !== null || choice.value !== null)

/** Opens a card; the chooser it came from stays behind it, so that Back returns there. */
export const select = (layer: string, id: number) => {
  selection.value = { layer, id }
}

/** Shows what lies under a click: nothing, one card, or a list to choose from; a list of one, too, where a number led to it. */
export function offer(next: Choice, asList = false): void {
  const [only] = next.candidates
  const isList = asList || next.candidates.length > 1
  hitNothing.value = !isList && !only
  missedAt.value = hitNothing.value ? next.at : null
  choice.value = isList ? next : null
  selection.value = !isList && only ? { layer: only.layer, id: only.id } : null
}

/** One step back: from the card to the chooser it came from, then to the list. */
export function closeDetail(): void {
  if (selection.value) selection.value = null
  else choice.value = null
}

/** Straight back to the list. */
export function closeAll(): void {
  selection.value = null
  choice.value = null
}

/** Opens the card of the row before (-1) or after (+1) the selected one in the list. */
export function stepSelection(by: 1 | -1): void {
  const list = rows.value
  const layer = page.value?.layer
  if (list.length === 0 || !layer) return
  const current = selection.value
  const at = current?.layer === layer ? list.findIndex((row) => row.id === current.id) : -1
  const start = at === -1 && by === -1 ? 0 : at
  const next = list[(start + by + list.length) % list.length]
  if (!next) return
  const stepped = { layer, id: next.id }
  batch(() => {
    // The first step opens a card, which Back shall close again.
    steppedTo.value = current ? stepped : null
    selection.value = stepped
  })
}

export const retryCard = () => {
  attempt.value += 1
}

/** Fetches the whole feature behind the open card. */
export function followSelection(): () => void {
  return effect(() => {
    const current = selection.value
    attempt.value
    cardFailure.value = null
    clearProblem('card')
    if (!current) {
      loaded.value = null
      return
    }
    lastSelection.value = current
    const controller = new AbortController()
    getItem(current.layer, current.id, controller.signal)
      .then((item) => {
        loaded.value = { selection: current, item }
      })
      .catch((error) => {
        if (isAborted(error)) return
        loaded.value = null
        const gone = error instanceof ApiError && error.status === 404
        cardFailure.value = gone ? 'gone' : 'failed'
        if (!gone) reportProblem('card', error)
      })
    return () => controller.abort()
  })
}
