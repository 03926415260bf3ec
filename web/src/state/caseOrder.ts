import type { Properties } from '../api/types'
import type { Order } from './filters'
import { STATES } from './palette'

/** Phases of an active case, the gravest first, as the server orders them. */
const PHASES = ['crisis', 'escalamiento', 'desescalamiento', 'temprana', 'dialogo']

/** The place of a word in a list; what is not in it comes last. */
const rankIn = (list: readonly string[], word: unknown) => {
  const at = list.indexOf(String(word))
  return at === -1 ? list.length : at
}

type Comparison = (one: Properties, other: Properties) => number

const byName: Comparison = (one, other) => String(one.name).localeCompare(String(other.name), 'es')

/** The latest first; undated ones last. */
const byStart: Comparison = (one, other) =>
  String(other.started_on ?? '').localeCompare(String(one.started_on ?? ''))

const COMPARISONS: Record<Order, Comparison[]> = {
  urgency: [
    (one, other) => rankIn(STATES, one.state) - rankIn(STATES, other.state),
    (one, other) => rankIn(PHASES, one.phase) - rankIn(PHASES, other.phase),
    byStart,
    byName,
  ],
  recent: [byStart, byName],
  name: [byName],
}

/** Compares two cases as the list of that order does, so that the cases of a cluster stand in the same order. */
export function compareCases(order: Order, one: Properties, other: Properties): number {
  for (const compare of COMPARISONS[order]) {
    const difference = compare(one, other)
    if (difference !== 0) return difference
  }
  return 0
}
