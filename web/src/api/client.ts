import { signal } from '@preact/signals'
import { lang } from '../i18n'

/** What a failed request tells a person: a sentence and the id under which the server logged it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly requestId: string | null,
  ) {
    super(message)
  }
}

interface ProblemDocument {
  title?: string
  detail?: string
  /** What is wrong member by member, in both languages. */
  errors?: { es: string; en: string }[]
  request_id?: string
}

/** Reads an RFC 9457 document; `null` when the body is something else. */
export function parseProblem(text: string): ProblemDocument | null {
  try {
    const value: unknown = JSON.parse(text)
    return value && typeof value === 'object' ? (value as ProblemDocument) : null
  } catch {
    return null
  }
}

export async function errorOf(response: Response): Promise<ApiError> {
  const problem = parseProblem(await response.text().catch(() => ''))
  const requestId = problem?.request_id ?? response.headers.get('x-request-id')
  const told = problem?.errors?.map((one) => one[lang.peek()]).join('; ')
  return new ApiError(
    response.status,
    told || (problem?.detail ?? problem?.title ?? response.statusText),
    requestId,
  )
}

/** Asks for something, with a body in JSON where there is one. */
export function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  if (body === undefined) return fetch(path, { method, headers })
  const told = { 'content-type': 'application/json', ...headers }
  return fetch(path, { method, headers: told, body: JSON.stringify(body) })
}

/** True for a request that we gave up ourselves: nothing to report. */
export const isAborted = (error: unknown) => error instanceof DOMException && error.name === 'AbortError'

/** When the server last gave what it was asked for; null until it did. */
export const answeredAt = signal<Date | null>(null)

/** Since when what is shown was kept, because the server cannot be reached; null while it answers. */
export const keptSince = signal<Date | null>(null)

/** An answer that was kept says when it came (src/offline/sw.ts). */
function noteAge(response: Response): void {
  const received = response.headers.get('x-rimay-received')
  if (!received) {
    answeredAt.value = new Date()
    keptSince.value = null
    return
  }
  const day = new Date(received)
  const oldest = keptSince.peek()
  if (!oldest || day < oldest) keptSince.value = day
}

/** Asks for JSON. Where `ready` is told, the answer is fetched at once and read when that is over. */
export async function getJson<T>(url: string, signal?: AbortSignal, ready?: Promise<void>): Promise<T> {
  let response: Response
  try {
    response = await fetch(url, signal ? { signal } : {})
  } catch (error) {
    if (isAborted(error)) throw error
    throw new ApiError(0, '', null)
  }
  if (!response.ok) throw await errorOf(response)
  noteAge(response)
  await ready
  return (await response.json()) as T
}
