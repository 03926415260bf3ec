import { signal } from '@preact/signals'
import { ask } from './job'

/** Field, `longitude` or `latitude` → column; an empty text for a field that has none. */
export type Columns = Record<string, string>

export interface Mapping {
  name: string
  columns: Columns
}

/** Those kept for the layer in hand, by name. */
export const mappings = signal<Mapping[]>([])

export async function loadMappings(layer: string): Promise<void> {
  const answer = await ask(`/api/mappings?layer=${encodeURIComponent(layer)}`)
  mappings.value = ((await answer.json()) as { mappings: Mapping[] }).mappings
}

export async function keepMapping(layer: string, name: string, columns: Columns): Promise<void> {
  const path = `/api/mappings/${encodeURIComponent(layer)}/${encodeURIComponent(name)}`
  await ask(path, { method: 'PUT', body: JSON.stringify(columns) })
  await loadMappings(layer)
}
