import { signal } from '@preact/signals'
import { type ApiError, errorOf, getJson } from '../api/client'
import type { Bilingual } from '../api/types'

export interface Question {
  a: string
  b: string
  relation: string
  distance_m?: number
  where_a?: string
  where_b?: string
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
  distance_m: number
  first: string | null
}

interface AskedLayer {
  id: string
  title: Bilingual
  attribution: string
  synthetic: boolean
}

export interface Answer {
  id: string
  question: Question
  filters: { a: string | null; b: string | null }
  layers: { a: AskedLayer; b: AskedLayer }
  totals: {
    pairs: number
    features_a: number
    features_b: number
    asked_a: number
    asked_b: number
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
export const failed = signal('')
export const busy = signal(false)
/** Place of the pair in hand among those shown. */
export const chosen = signal<number | null>(null)

const PAGE = 100

async function attempt(work: () => Promise<void>): Promise<void> {
  failed.value = ''
  busy.value = true
  try {
    await work()
  } catch (error) {
    failed.value = (error as ApiError).message || 'error'
  } finally {
    busy.value = false
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

/** Asks the question in hand. */
export const ask = () =>
  attempt(async () => {
    const body = JSON.stringify(question.value)
    const response = await fetch('/api/overlaps', { method: 'POST', body })
    if (!response.ok) throw await errorOf(response)
    show((await response.json()) as Answer)
  })

/** An address with a name has the answer of that name. */
export async function readAddress(): Promise<void> {
  const id = new URLSearchParams(location.search).get('v')
  if (id) {
    await attempt(async () =>
      show(await getJson<Answer>(`/api/overlaps/${encodeURIComponent(id)}?limit=${PAGE}`)),
    )
  }
}

/** The next pairs below those that are shown. */
export const showMore = () =>
  attempt(async () => {
    const now = answer.value
    if (!now) return
    const path = `/api/overlaps/${now.id}?limit=${PAGE}&offset=${now.pairs.length}`
    const next = await getJson<Answer>(path)
    answer.value = { ...now, pairs: [...now.pairs, ...next.pairs] }
  })
