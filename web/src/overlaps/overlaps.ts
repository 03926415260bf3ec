import { computed, signal } from '@preact/signals'
import { type ApiError, errorOf } from '../api/client'
import type { Bilingual } from '../api/types'
import type { Area } from './area'

/** The layer whose one feature is the area of a question. */
export const AREA = 'area'

export interface Question {
  a: string
  b: string
  relation: string
  distance_m?: number
  where_a?: string
  where_b?: string
  ids_a?: number[]
  ids_b?: number[]
  area?: Area
  area_name?: string
  tolerance_m?: number
  asOf?: string
  asKnown?: string
}

export interface PairSide {
  id: number
  code: string | null
  name: string | null
  category: string | null
  first_day: string | null
  synthetic: boolean
}

export interface Pair {
  border_m: number | null
  conflicts_inside: number
  conflicts_near: number
  a: PairSide
  b: PairSide
  class: string
  geodesic_ha: number
  utm_ha: number | null
  utm_zone: number
  percent_a: number | null
  percent_b: number | null
  tolerance_m: number
  sliver: boolean
  distance_m: number | null
  first: string | null
}

export interface AskedSource {
  name: string
  title: Bilingual
  features: number
  valid_on: string | null
  received_at: string
  file_name: string
  datum_operation: string
  accuracy_m: number | null
  licence: string
  synthetic: boolean
}

interface AskedLayer {
  id: string
  title: Bilingual
  attribution: string
  revision: number
  synthetic: boolean
  sources: AskedSource[]
}

/** What a question comes to that is still being worked out. */
interface UnderWay {
  id: string
  status: 'accepted' | 'running'
  done: number
  total: number
}

/** What the pairs of one group come to. */
export interface Group {
  value: string | null
  id?: number
  pairs: number
  features_a: number
  features_b: number
  sum_over_pairs_ha: number
  covered_ha: number | null
}

export interface Answer {
  id: string
  question: Question
  filters: { a: string | null; b: string | null }
  /** Of the area that was asked about. */
  area: { geodesic_ha: number; corners: number } | null
  layers: { a: AskedLayer; b: AskedLayer }
  totals: {
    pairs: number
    features_a: number
    features_b: number
    asked_a: number
    asked_b: number
    pairs_within_tolerance: number
    within_tolerance_ha: number
    area_a_ha: number | null
    area_b_ha: number | null
    sum_over_pairs_ha: number
    covered_ha: number | null
  }
  pairs: Pair[]
}

export const question = signal<Question>({
  a: 'mining_concessions',
  b: 'indigenous_territories',
  relation: 'intersects',
})
export const answer = signal<Answer | null>(null)
export const failed = signal<ApiError | null>(null)
export const busy = signal(false)
/** How far the work is, where it takes longer. */
export const underWay = signal<UnderWay | null>(null)
/** Place of the pair in hand among those shown. */
export const chosen = signal<number | null>(null)
const LARGEST = '-geodesic_ha'
export const sort = signal(LARGEST)

const PAGE = 100
const AGAIN_MS = 1000

const pageOf = (id: string, offset: number, order: string) =>
  `/api/overlaps/${encodeURIComponent(id)}?limit=${PAGE}&offset=${offset}&sort=${order}`

/** Waits until what was asked for is there, asking again and again. */
async function whenDone<T>(
  response: Response,
  again: (id: string) => string,
  tell?: (state: UnderWay) => void,
): Promise<T> {
  let last = response
  while (last.status === 202) {
    const state = (await last.json()) as UnderWay
    tell?.(state)
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    last = await fetch(again(state.id))
  }
  if (!last.ok) throw await errorOf(last)
  return (await last.json()) as T
}

const settled = (response: Response, offset: number, order: string) =>
  whenDone<Answer>(
    response,
    (id) => pageOf(id, offset, order),
    (state) => {
      underWay.value = state
    },
  )

/** The answer of a name. */
export const answerNamed = async (id: string): Promise<Answer> =>
  settled(await fetch(pageOf(id, 0, LARGEST)), 0, LARGEST)

/** A part of an answer that may take longer than the answer itself. */
export async function partOf<T>(id: string, part: string): Promise<T> {
  const path = `/api/overlaps/${encodeURIComponent(id)}/${part}`
  return whenDone<T>(await fetch(path), () => path)
}

/** Pairs that are told by their distance come in its order, others by the area they share. */
const orderOf = ({ relation }: Question) =>
  relation === 'near' || relation === 'downstream' ? 'distance_m' : LARGEST

/** Asks a question and waits for its answer in the order of its kind, however long that takes. */
export async function answerOf(asked: Question): Promise<Answer> {
  const order = orderOf(asked)
  const first = await settled(
    await fetch('/api/overlaps', { method: 'POST', body: JSON.stringify(asked) }),
    0,
    order,
  )
  return order === LARGEST ? first : settled(await fetch(pageOf(first.id, 0, order)), 0, order)
}

/** Calls the work off that is under way. */
export async function cancel(): Promise<void> {
  const id = underWay.value?.id
  if (id) await fetch(`/api/overlaps/${id}`, { method: 'DELETE' })
}

async function attempt(work: () => Promise<void>): Promise<void> {
  failed.value = null
  busy.value = true
  try {
    await work()
  } catch (error) {
    failed.value = error as ApiError
  } finally {
    busy.value = false
    underWay.value = null
  }
}

function show(next: Answer): void {
  answer.value = next
  chosen.value = null
  const { asKnown: _, ...asked } = next.question
  question.value = asked
  const address = new URL(location.href)
  address.searchParams.set('v', next.id)
  history.replaceState(null, '', address)
}

/** Whether the question in hand is another than the one that is answered. */
export const isOther = computed(() => {
  const now = answer.value
  if (!now) return false
  const { asKnown: _, ...asked } = now.question
  const plain = (of: Question) =>
    JSON.stringify(
      Object.entries(of)
        .filter(([, value]) => value !== undefined)
        .sort(),
    )
  return plain(asked) !== plain({ ...question.value, asKnown: undefined })
})

/** Asks the question in hand. */
export const ask = () =>
  attempt(async () => {
    sort.value = orderOf(question.value)
    // What was answered before is no answer to this.
    answer.value = null
    show(await answerOf(question.value))
  })

/** An address with a name has the answer of that name. */
export async function readAddress(): Promise<void> {
  const id = new URLSearchParams(location.search).get('v')
  if (id) {
    await attempt(async () => show(await answerNamed(id)))
    const now = answer.value
    if (now && orderOf(now.question) !== LARGEST) await sortBy(orderOf(now.question))
  }
}

/** The next pairs below those that are shown. */
export const showMore = () =>
  attempt(async () => {
    const now = answer.value
    if (!now) return
    const shown = now.pairs.length
    const next = await settled(await fetch(pageOf(now.id, shown, sort.value)), shown, sort.value)
    answer.value = { ...now, pairs: [...now.pairs, ...next.pairs] }
  })

/** The pairs in another order. */
export const sortBy = (order: string) =>
  attempt(async () => {
    const now = answer.value
    if (!now) return
    sort.value = order
    const { pairs } = await settled(await fetch(pageOf(now.id, 0, order)), 0, order)
    answer.value = { ...now, pairs }
    chosen.value = null
  })
