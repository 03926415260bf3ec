import { signal } from '@preact/signals'
import type { Feature, Geometry } from 'geojson'
import { type ApiError, getJson } from '../api/client'
import type { Catalogue, Layer } from '../api/types'
import { type Answer, answerOf, type Question } from '../overlaps/overlaps'

/** Layers that lie on the subject, in the order in which they are told. */
const OVERLAID = [
  'mining_concessions',
  'indigenous_territories',
  'protected_areas',
  'watersheds',
  'districts',
] as const
/** Of these the map shows whole shapes, at most so many of each. */
const DRAWN: readonly string[] = ['mining_concessions', 'indigenous_territories', 'protected_areas']
const MOST_DRAWN = 30
/** Within so many metres a conflict is told. */
export const NEAR_M = 5000

export interface Shape {
  layer: string
  geometry: Geometry
}

export interface Dossier {
  layer: Layer
  id: number
  name: string
  subject: Feature
  asKnown: string
  overlaps: Answer[]
  conflicts: Answer
  downstream: Answer
  /** Of what lies on the subject. */
  shapes: Shape[]
}

export const dossier = signal<Dossier | null>(null)
export const failed = signal<'' | 'address' | { why: string }>('')

interface Address {
  layer: string
  id: number
  asKnown: string | null
}

/** What the address asks for; `null` where it asks for nothing. */
export function readAddress(search: string): Address | null {
  const params = new URLSearchParams(search)
  const [layer, id] = [params.get('capa'), Number(params.get('id'))]
  return layer && Number.isSafeInteger(id) && id > 0 ? { layer, id, asKnown: params.get('conocido') } : null
}

const itemAt = (layer: string, id: number, asKnown: string) =>
  getJson<Feature>(`/ogc/collections/${layer}/items/${id}?asKnown=${encodeURIComponent(asKnown)}`)

async function shapesOf(answers: Answer[], asKnown: string): Promise<Shape[]> {
  const wanted = answers
    .filter(({ question }) => DRAWN.includes(question.b) || question.b === 'conflicts')
    .flatMap(({ question, pairs }) =>
      pairs.slice(0, MOST_DRAWN).map(({ b }) => ({ layer: question.b, id: b.id })),
    )
  const items = await Promise.all(
    wanted.map(async ({ layer, id }) => ({ layer, geometry: (await itemAt(layer, id, asKnown)).geometry })),
  )
  return items.filter(({ geometry }) => geometry)
}

/** Asks all there is to be told of one feature, as it is known at one time. */
export async function load({ layers, updated_at }: Catalogue): Promise<void> {
  const address = readAddress(location.search)
  const layer = layers.find(({ id }) => id === address?.layer)
  if (!address || !layer) {
    failed.value = 'address'
    return
  }
  const asKnown = address.asKnown ?? updated_at ?? new Date().toISOString()
  try {
    const subject = await itemAt(layer.id, address.id, asKnown)
    const ask = (question: Omit<Question, 'a' | 'relation'> & { relation?: string }) =>
      answerOf({ relation: 'intersects', ...question, a: layer.id, ids_a: [address.id], asKnown })
    const overlaps: Answer[] = []
    // One after another: each has all processors to itself.
    for (const b of OVERLAID) overlaps.push(await ask({ b }))
    const conflicts = await ask({ b: 'conflicts', relation: 'near', distance_m: NEAR_M })
    const downstream = await ask({ b: 'indigenous_territories', relation: 'downstream' })
    const shapes = await shapesOf([...overlaps, conflicts], asKnown)
    const name = String(subject.properties?.[layer.name_field] ?? address.id)
    dossier.value = { layer, id: address.id, name, subject, asKnown, overlaps, conflicts, downstream, shapes }
    const permanent = new URL(location.href)
    permanent.searchParams.set('conocido', asKnown)
    history.replaceState(null, '', permanent)
  } catch (error) {
    failed.value = { why: (error as ApiError).message || String(error) }
  }
}
