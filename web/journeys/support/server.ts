/** Address of the server under test. */
export const SERVER = process.env.RIMAY_URL ?? 'http://127.0.0.1:8080'

/** Features of each layer that the map must show at the national view, counted in SQL by the caller. */
export const EXPECTED: Record<string, number> = JSON.parse(process.env.RIMAY_EXPECTED ?? '{}')

export interface Row {
  id: number
  name: string
  category: string | null
  point: [number, number] | null
}

interface Page {
  number_matched: number
  number_without_place: number
  categories: Record<string, number>
  features: Row[]
}

export async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(SERVER + path, init)
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return (await response.json()) as T
}

/** Rows of a layer straight from the server: what the page must agree with. */
export const rowsOf = (layer: string, query = '') =>
  ask<Page>(`/api/layers/${layer}/features?limit=1000${query}`)

/** A case with a place, to search for, open and link to. */
export async function anyPlacedCase(): Promise<Row> {
  const { features } = await rowsOf('conflicts')
  const found = features.find((row) => row.point)
  if (!found) throw new Error('The journeys need at least one conflict case with a place')
  return found
}
