import { computed, effect, signal } from '@preact/signals'
import { ApiError, isAborted } from '../api/client'
import { getItem } from '../api/requests'
import type { Bbox, ItemFeature } from '../api/types'
import { listLayer } from './filters'
import { rows } from './list'
import { clearProblem, reportProblem } from './problems'

export interface Selection {
  layer: string
  id: number
}

/** The feature whose card is open. */
export const selection = signal<Selection | null>(null)

export const selectedItem = signal<ItemFeature | null>(null)
/** Why the card is empty: the feature is gone, or could not be fetched. */
export const cardFailure = signal<'gone' | 'failed' | null>(null)
const attempt = signal(0)

export interface Candidate extends Selection {
  name: string
  category: string | null
  synthetic: boolean
}

/** Several features under one click, or the cases of one cluster, to choose from. */
export interface Choice {
  kind: 'here' | 'cluster'
  candidates: Candidate[]
  bbox: Bbox | null
}

export const choice = signal<Choice | null>(null)

export const detailOpen = computed(() => selection.value !== null || choice.value !== null)

/** Opens a card; the chooser it came from stays behind it, so that Back returns there. */
export const select = (layer: string, id: number) => {
  selection.value = { layer, id }
}

/** Shows what lies under a click: nothing, one card, or a list to choose from. */
export function offer(next: Choice): void {
  const [only] = next.candidates
  choice.value = next.candidates.length > 1 ? next : null
  selection.value = next.candidates.length === 1 && only ? { layer: only.layer, id: only.id } : null
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
  if (list.length === 0) return
  const current = selection.value
  const at = current?.layer === listLayer.value ? list.findIndex((row) => row.id === current.id) : -1
  const start = at === -1 && by === -1 ? 0 : at
  const next = list[(start + by + list.length) % list.length]
  if (next) select(listLayer.value, next.id)
}

export const retryCard = () => {
  attempt.value += 1
}

/** Fetches the whole feature behind the open card. */
export function followSelection(): () => void {
  return effect(() => {
    const current = selection.value
    attempt.value
    selectedItem.value = null
    cardFailure.value = null
    clearProblem('card')
    if (!current) return
    const controller = new AbortController()
    getItem(current.layer, current.id, controller.signal)
      .then((item) => {
        selectedItem.value = item
      })
      .catch((error) => {
        if (isAborted(error)) return
        const gone = error instanceof ApiError && error.status === 404
        cardFailure.value = gone ? 'gone' : 'failed'
        if (!gone) reportProblem('card', error)
      })
    return () => controller.abort()
  })
}
