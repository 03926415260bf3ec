import { computed, signal } from '@preact/signals'
import { ApiError, errorOf, send } from '../api/client'
import { sentenceOfFailure } from '../data/failure'

export interface Person {
  id: string
  institution: string
  login: string
  name: string
  role: string
  network_level: number | null
  jurisdiction: string[]
}

export interface Account extends Person {
  active: boolean
  has_password: boolean
  version: number
}

export interface Token {
  id: string
  name: string
  scopes: string[]
  expires_at: string | null
  used_at: string | null
}

export interface Institution {
  id: string
  title_es: string
  title_en: string
  closed: boolean
}

/** Who is signed in; `undefined` until that is known. */
export const person = signal<Person | null | undefined>(undefined)
export const failed = signal<ApiError | null>(null)
export const busy = signal(false)

/** Asks the server; an answer without a body is `undefined`. */
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await send(method, path, body, headers)
  if (!response.ok) throw await errorOf(response)
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as T
}

/** Does something, and keeps why it could not be done. Says whether it was. */
export async function attempt(work: () => Promise<void>): Promise<boolean> {
  failed.value = null
  busy.value = true
  try {
    await work()
    return true
  } catch (error) {
    failed.value = error instanceof ApiError ? error : new ApiError(0, sentenceOfFailure(error), null)
    return false
  } finally {
    busy.value = false
  }
}

/** What people call the other service by which they may sign in; null where there is none. */
export const elsewhere = signal<string | null>(null)

export async function loadPerson(): Promise<void> {
  await attempt(async () => {
    const told = await call<{ person: Person | null; elsewhere: string | null }>('GET', '/api/session')
    person.value = told.person
    elsewhere.value = told.elsewhere
  })
}

/** How a visit to that service ended, which it tells behind `#`. */
export const endedElsewhere = () => new URLSearchParams(location.hash.slice(1)).get('servicio')

export const institutionsThere = signal<Institution[]>([])

/** Those that take new people. */
export const openInstitutions = computed(() => institutionsThere.value.filter(({ closed }) => !closed))

export async function loadInstitutions(): Promise<void> {
  const { institutions } = await call<{ institutions: Institution[] }>('GET', '/api/institutions')
  institutionsThere.value = institutions
}

/** The secret of an invitation stands behind `#`, which browsers do not send. */
export const secretInAddress = () => new URLSearchParams(location.hash.slice(1)).get('clave')
