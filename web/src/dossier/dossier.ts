import { signal } from '@preact/signals'
import type { Feature, Geometry } from 'geojson'
import { type ApiError, getJson } from '../api/client'
import type { Catalogue, Layer } from '../api/types'
import { lang } from '../i18n'
import { type Answer, AREA, answerNamed, answerOf, type Question } from '../overlaps/overlaps'

/** Layers that lie on the subject, in the order in which they are told. */
const OVERLAID = [
  'mining_concessions',
  'indigenous_territories',
  'protected_areas',
  'watersheds',
  'districts',
] as const
/** Of these the map shows whole shapes, at most so many of each. */
export const DRAWN: readonly string[] = ['mining_concessions', 'indigenous_territories', 'protected_areas']
export const MOST_DRAWN = 30
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
  /** Day in the world, where it is another than today. */
  asOf?: string | undefined
  overlaps: Answer[]
  conflicts: Answer
  downstream: Answer
  /** Of what lies on the subject. */
  shapes: Shape[]
  /** Geodesic, in hectares; of what is an area. */
  area_ha?: number | undefined
}

const AREA_TITLE = { es: 'Área consultada', en: 'Area asked about' }

export const dossier = signal<Dossier | null>(null)
export const failed = signal<'' | 'address' | 'gone' | { why: unknown }>('')

/** A feature, or the area of a question that was asked. */
type Address = { layer: string; id: number; asKnown: string | null } | { answer: string }

/** What the address asks for; `null` where it asks for nothing. */
export function readAddress(search: string): Address | null {
  const params = new URLSearchParams(search)
  const answer = params.get('v')
  if (answer) return { answer }
  const [layer, id] = [params.get('capa'), Number(params.get('id'))]
  return layer && Number.isSafeInteger(id) && id > 0 ? { layer, id, asKnown: params.get('conocido') } : null
}

const itemAt = (layer: string, id: number, { asKnown, asOf }: Pick<Question, 'asKnown' | 'asOf'>) => {
  const moment = new URLSearchParams()
  if (asKnown) moment.set('asKnown', asKnown)
  if (asOf) moment.set('asOf', asOf)
  return getJson<Feature>(`/ogc/collections/${layer}/items/${id}?${moment}`)
}

async function shapesOf(answers: Answer[], moment: Pick<Question, 'asKnown' | 'asOf'>): Promise<Shape[]> {
  const wanted = answers
    .filter(({ question }) => DRAWN.includes(question.b) || question.b === 'conflicts')
    .flatMap(({ question, pairs }) =>
      pairs.slice(0, MOST_DRAWN).map(({ b }) => ({ layer: question.b, id: b.id })),
    )
  const items = await Promise.all(
    wanted.map(async ({ layer, id }) => ({ layer, geometry: (await itemAt(layer, id, moment)).geometry })),
  )
  return items.filter(({ geometry }) => geometry)
}

/** What a dossier is about, and how it is asked about. */
interface About {
  layer: Layer
  id: number
  name: string
  subject: Feature
  asKnown: string
  asked: Omit<Question, 'b' | 'relation'>
  area_ha?: number
}

async function aboutFeature(layer: Layer, id: number, asKnown: string): Promise<About> {
  const subject = await itemAt(layer.id, id, { asKnown })
  const name = String(subject.properties?.[layer.name_field] ?? id)
  return { layer, id, name, subject, asKnown, asked: { a: layer.id, ids_a: [id], asKnown } }
}

/** `null` where the question was about no area. */
async function aboutArea(answer: string): Promise<About | null> {
  const { question, area: measured, layers } = await answerNamed(answer)
  const { area, area_name, asKnown, asOf } = question
  if (!area || !measured || !asKnown) return null
  const title = [layers.a, layers.b].find(({ id }) => id === AREA)?.title ?? AREA_TITLE
  const layer = { id: AREA, title, name_field: 'name', fields: [] } as unknown as Layer
  const name = area_name || title[lang.peek()]
  const subject: Feature = { type: 'Feature', properties: {}, geometry: area }
  const asked = { a: AREA, area, area_name, asKnown, asOf }
  return { layer, id: 1, name, subject, asKnown, asked, area_ha: measured.geodesic_ha }
}

/** Asks all there is to be told of one feature, or of an area, as it is known at one time. */
export async function load({ layers, updated_at }: Catalogue): Promise<void> {
  const address = readAddress(location.search)
  try {
    let about: About | null = null
    if (address && 'answer' in address) {
      about = await aboutArea(address.answer)
    } else if (address) {
      const layer = layers.find(({ id }) => id === address.layer)
      const asKnown = address.asKnown ?? updated_at ?? new Date().toISOString()
      about = layer ? await aboutFeature(layer, address.id, asKnown) : null
    }
    if (!about) {
      failed.value = 'address'
      return
    }
    const { asked, ...own } = about
    const overlaps: Answer[] = []
    // One after another: each has all processors to itself.
    for (const b of OVERLAID) overlaps.push(await answerOf({ ...asked, b, relation: 'intersects' }))
    const conflicts = await answerOf({ ...asked, b: 'conflicts', relation: 'near', distance_m: NEAR_M })
    const downstream = await answerOf({ ...asked, b: 'indigenous_territories', relation: 'downstream' })
    const shapes = await shapesOf([...overlaps, conflicts], asked)
    const area_ha = own.area_ha ?? overlaps.map(({ totals }) => totals.area_a_ha).find((area) => area)
    dossier.value = {
      ...own,
      asOf: asked.asOf,
      area_ha: area_ha ?? undefined,
      overlaps,
      conflicts,
      downstream,
      shapes,
    }
    if (own.layer.id === AREA) return
    const permanent = new URL(location.href)
    permanent.searchParams.set('conocido', own.asKnown)
    history.replaceState(null, '', permanent)
  } catch (error) {
    const isGone = (error as ApiError).status === 404
    failed.value = isGone ? 'gone' : { why: error }
  }
}
