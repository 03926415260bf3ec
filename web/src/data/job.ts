import { signal } from '@preact/signals'
import { ApiError, errorOf } from '../api/client'
import type { Lang } from '../api/types'
import { said } from './sentences'

export interface RowNote {
  row: number
  feature: string
  note: string
  /** Longitude and latitude. */
  place: [number, number] | null
}

export interface Doubts {
  total: number
  first: RowNote[]
}

export interface ChangeCounts {
  added: number
  removed: number
  moved: number
  changed: number
  added_ha: number
  removed_ha: number
  moved_ha: number
}

export interface Report {
  source: string
  valid_on: string | null
  without_geometry: number
  known_elsewhere: Record<string, number>
  crs_found: string
  datum_operation: string
  /** Field and the column it comes from. */
  used_columns: [string, string][]
  read: number
  accepted: number
  repaired: RowNote[]
  rejected: RowNote[]
  notes: RowNote[]
  same_geometry: RowNote[]
  area_differs: [string, Doubts][]
  elsewhere: Doubts
  slivers: Doubts
  grid: { system: string; median_m: number }[]
  shift: { matched: number; moved: number; east_m: number; north_m: number } | null
  merge: { added: number; changed: number; unchanged: number; removed: number; demonstration_removed: number }
  by_department: Record<string, ChangeCounts>
  same_as: string | null
}

export type JobState =
  | 'sending'
  | 'waiting'
  | 'reading'
  | 'examining'
  | 'merging'
  | 'examined'
  | 'committed'
  | 'failed'
  | 'cancelled'

export interface Job {
  id: string
  file: string
  layer: string
  state: JobState
  committing: boolean
  rows: number
  total: number
  reason: string | null
  /** As far as they were seen. */
  columns: string[]
  report: Report | null
}

/** What the server takes as parameters; empty ones are left out. */
export type Options = Record<string, string>

/** Shown with each request, and kept nowhere else. */
export const token = signal('')
export const job = signal<Job | null>(null)

export const isAtRest = (state: JobState) =>
  state === 'examined' || state === 'committed' || state === 'failed' || state === 'cancelled'

/** A request with the token; what the server refuses is an error for people. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, authorization: `Bearer ${token.value}` }
  let response: Response
  try {
    response = await fetch(path, { ...init, headers })
  } catch {
    throw new ApiError(0, '', null)
  }
  if (!response.ok) throw await errorOf(response)
  return response
}

const queryOf = (options: Options) =>
  new URLSearchParams(Object.entries(options).filter(([, value]) => value !== '')).toString()

const sending = (file: string, layer: string): Job => ({
  id: '',
  file,
  layer,
  state: 'sending',
  committing: false,
  rows: 0,
  total: 0,
  reason: null,
  columns: [],
  report: null,
})

/** How the job in hand was examined, to tell whether it was changed since. */
export const examined = signal('')
export const keyOf = (options: Options) => queryOf(options)

/** Sends a file, and follows what becomes of it until it rests. */
export async function examine(file: File, options: Options): Promise<void> {
  examined.value = keyOf(options)
  const known = job.value
  if (known?.id && known.state !== 'committed') {
    // What another examination told is not to be committed any more.
    job.value = { ...known, state: 'waiting', report: null, reason: null }
    try {
      await follow(await ask(`/api/imports/${known.id}/examine?${queryOf(options)}`, { method: 'POST' }))
    } catch (error) {
      job.value = { ...known, state: 'failed', report: null }
      throw error
    }
    return
  }
  job.value = sending(file.name, options.layer ?? '')
  try {
    const query = queryOf({ ...options, file: file.name })
    await follow(await ask(`/api/imports?${query}`, { method: 'POST', body: file }))
  } catch (error) {
    if (!job.value?.id) job.value = null
    throw error
  }
}

export async function commit(): Promise<void> {
  if (!job.value) return
  await follow(await ask(`/api/imports/${job.value.id}/commit`, { method: 'POST' }))
}

/** Gives the file up; the server forgets it. */
export async function discard(): Promise<void> {
  const id = job.value?.id
  job.value = null
  if (id) await ask(`/api/imports/${id}`, { method: 'DELETE' })
}

/** Reads the server's events, each of which is the whole status. */
async function follow(answer: Response): Promise<void> {
  const begun = (await answer.json()) as Job
  job.value = begun
  const events = await ask(`/api/imports/${begun.id}/events`)
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (reader) {
    const { value, done } = await reader.read()
    if (done) return
    text += value
    const whole = text.split('\n\n')
    text = whole.pop() ?? ''
    for (const event of whole) {
      const data = /^data: ?(.*)$/m.exec(event)?.[1]
      // Given up meanwhile, it is nobody's job any more.
      if (data && job.value?.id === begun.id) job.value = JSON.parse(data) as Job
    }
  }
}

/** A text as a cell of CSV; none is a formula. */
export const csvCell = (text: string) =>
  `"${/^[=+\-@\t\r]/.test(text) ? "'" : ''}${text.replaceAll('"', '""')}"`

/** The rows with something to tell as a table. */
export function problemsCsv(report: Report, lang: Lang): string {
  const words =
    lang === 'es'
      ? ['rechazada', 'valor', 'reparada', 'misma geometría', 'otro departamento', 'área ínfima']
      : ['rejected', 'value', 'repaired', 'same geometry', 'elsewhere', 'sliver']
  const lists = [
    report.rejected,
    report.notes,
    report.repaired,
    report.same_geometry,
    report.elsewhere.first,
    report.slivers.first,
  ]
  const kinds: [string, RowNote[]][] = [
    ...lists.map((notes, at): [string, RowNote[]] => [words[at] ?? '', notes]),
    ...report.area_differs.map(([field, doubts]): [string, RowNote[]] => [field, doubts.first]),
  ]
  const head =
    lang === 'es' ? 'clase,fila,elemento,nota,longitud,latitud' : 'kind,row,feature,note,longitude,latitude'
  const rows = kinds.flatMap(([kind, notes]) =>
    notes.map(({ row, feature, note, place }) =>
      [
        ...[kind, String(row), feature, said(note, lang).text].map(csvCell),
        place?.[0] ?? '',
        place?.[1] ?? '',
      ].join(','),
    ),
  )
  return [head, ...rows].join('\r\n')
}

/** Offers a text as a file. */
export function save(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
