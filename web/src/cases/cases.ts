import { signal } from '@preact/signals'
import { type ApiError, errorOf, send } from '../api/client'
import { sentenceOfFailure } from '../data/failure'
import { lang } from '../i18n'

export interface Choice {
  code: string
  es: string
  en: string
}

export interface FactField {
  name: string
  title: { es: string; en: string }
  type:
    | 'line'
    | 'text'
    | 'code'
    | 'choice'
    | 'date'
    | 'count'
    | 'degrees'
    | 'ubigeo'
    | 'department'
    | 'institution'
    | 'layer'
  choices?: Choice[]
}

export interface FactKind {
  id: string
  title: { es: string; en: string }
  single: boolean
  is_listed: boolean
  fields: string[]
  choices?: Choice[]
}

export interface ListedCode {
  institution: string
  list: string
  code: string
  title_es: string
  title_en: string
  retired: boolean
  version: number
}

interface Titled {
  id: string
  title_es: string
  title_en: string
}

export interface Kinds {
  fields: FactField[]
  kinds: FactKind[]
  codes: ListedCode[]
  institutions: (Titled & { closed: boolean })[]
  layers: Titled[]
}

export type Fact = Record<string, unknown> & { id: string; kind: string; version?: number; case: string }

export interface Summary {
  name: string | null
  state: string | null
  phase: string | null
  state_since: string | null
  type: string | null
  activity: string | null
  department: string | null
  province: string | null
  district: string | null
  longitude: number | null
  latitude: number | null
  precision: string | null
}

export interface Case {
  id: string
  code: string
  institution: string
  audience: 'own' | 'shared' | 'public'
  synthetic: boolean
  merged_into: string | null
  summary: Partial<Summary>
  facts: Fact[]
  sharing?: 'own' | 'shared' | 'public'
  shared_with?: string[]
  draft?: boolean
  facts_left_off?: boolean
  version?: number
  changed_at?: string
}

export type CaseRow = Summary & {
  id: string
  code: string
  institution: string
  audience: Case['audience']
  draft: boolean
  version: number | null
  shared_with: string[] | null
  synthetic: boolean
  merged_into: string | null
  events: number
}

/** What is wrong with a member of what was sent. */
export interface Wrong {
  member: string
  es: string
  en: string
}

/** A refusal that tells what is wrong member by member, or what is there now. */
export class Refusal extends Error {
  constructor(
    readonly problem: ApiError,
    readonly errors: Wrong[],
    readonly current: Fact | null,
  ) {
    super(problem.message)
  }
}

/** Of several alike, which one is meant. */
function whichOf(member: string): string {
  const place = /^conditions\[(\d+)\]/.exec(member)?.[1]
  if (place === undefined) return ''
  return `${lang.value === 'en' ? 'Condition' : 'Condición'} ${Number(place) + 1}: `
}

/** Why something was not done, in the reader's language where the server says it in both. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Refusal)) return sentenceOfFailure(error)
  const told = error.errors.map((one) => `${whichOf(one.member)}${lang.value === 'en' ? one.en : one.es}`)
  return told.length > 0 ? told.join('; ') : sentenceOfFailure(error.problem)
}

/** What the server said, of a refusal. */
export const failureIn = (error: unknown) => (error instanceof Refusal ? error.problem : error)

/** Asks the server. */
export async function ask<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await send(method, path, body, headers)
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T
  const told = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { errors?: Wrong[]; current?: Fact }
  throw new Refusal(await errorOf(response), told.errors ?? [], told.current ?? null)
}

export const kinds = signal<Kinds | null>(null)

export async function loadKinds(): Promise<void> {
  kinds.value = await ask<Kinds>('GET', '/api/cases/kinds')
}

const inOwn = (title: { es: string; en: string }) => (lang.value === 'en' ? title.en : title.es)

export const titleOfKind = (id: string) => {
  const kind = kinds.value?.kinds.find((one) => one.id === id)
  return kind ? inOwn(kind.title) : id
}

export const titleOfChoice = (choice: Choice) => inOwn(choice)

const titleIn = (known: Titled[] | undefined, id: string) => {
  const found = known?.find((one) => one.id === id)
  return found ? inOwn({ es: found.title_es, en: found.title_en }) : id
}

export const titleOfInstitution = (id: string) => titleIn(kinds.value?.institutions, id)

/** Institutions that work here now. */
export const openInstitutions = () => (kinds.value?.institutions ?? []).filter(({ closed }) => !closed)

export const titleOfLayer = (id: string) => titleIn(kinds.value?.layers, id)

export const titleOfCode = (code: ListedCode) => inOwn({ es: code.title_es, en: code.title_en })

/** The fields of a kind, and whether each is needed. */
export function fieldsOf(kind: FactKind): { field: FactField; needed: boolean }[] {
  return kind.fields.flatMap((name) => {
    const field = kinds.value?.fields.find((one) => one.name === name.replace('*', ''))
    return field ? [{ field, needed: name.endsWith('*') }] : []
  })
}

/** A code is called what its kind is: a state, a type. */
export const titleOfField = (field: FactField, kind: FactKind) =>
  inOwn(field.type === 'code' ? kind.title : field.title)

/** What a member of a fact says, in words. */
export function say(fact: Fact, field: FactField): string {
  const value = fact[field.name]
  if (value === null || value === undefined) return ''
  const kind = kinds.value?.kinds.find((one) => one.id === fact.kind)
  const choices = field.type === 'code' ? kind?.choices : field.choices
  const chosen = choices?.find((one) => one.code === value)
  if (chosen) return inOwn(chosen)
  if (field.type === 'institution') return titleOfInstitution(String(value))
  if (field.type === 'layer') return titleOfLayer(String(value))
  if (field.type === 'code') {
    const listed = kinds.value?.codes.find(
      (one) => one.list === fact.kind && one.institution === fact.institution && one.code === value,
    )
    return listed ? titleOfCode(listed) : String(value)
  }
  if (field.type === 'degrees') return Number(value).toFixed(5)
  return String(value)
}

/** The words for a code that is the same for all, such as a state. */
export function wordOf(kind: string, code: string | null | undefined): string {
  if (!code) return ''
  const choices = kinds.value?.kinds.find((one) => one.id === kind)?.choices
  const chosen = choices?.find((one) => one.code === code)
  if (chosen) return inOwn(chosen)
  const listed = kinds.value?.codes.find(
    (one) => one.list === kind && one.institution === 'defensoria' && one.code === code,
  )
  return listed ? titleOfCode(listed) : code
}

export function phaseOf(code: string | null | undefined): string {
  const choices = kinds.value?.fields.find((one) => one.name === 'phase')?.choices
  const chosen = choices?.find((one) => one.code === code)
  return chosen ? inOwn(chosen) : (code ?? '')
}

/** What a form tells, as a fact: what is left empty is not told. */
export function factOf(kind: FactKind, told: FormData): Record<string, unknown> {
  const fact: Record<string, unknown> = { kind: kind.id }
  for (const { field } of fieldsOf(kind)) {
    const text = String(told.get(field.name) ?? '').trim()
    if (!text) continue
    if (field.type === 'count') fact[field.name] = countOf(text)
    else fact[field.name] = field.type === 'degrees' ? numberOf(text) : text
  }
  return { ...fact, ...sourceOf(told) }
}

/** Where it is known from, as a form tells it. */
export function sourceOf(told: FormData): Record<string, string> {
  const names = ['source_class', 'source', 'source_url', 'source_on']
  const texts = names.map((name) => [name, String(told.get(name) ?? '').trim()] as const)
  return Object.fromEntries(texts.filter(([, text]) => text))
}

/** A whole number as people write it, in groups of three or not. */
export function countOf(text: string): number | string {
  return numberOf(/^\d{1,3}([ .,]\d{3})+$/.test(text) ? text.replaceAll(/[ .,]/g, '') : text)
}

/** A number as people write it; what is none goes as it is, and is refused with a reason. */
function numberOf(text: string): number | string {
  const value = Number(text.replace(',', '.'))
  return Number.isFinite(value) ? value : text
}
