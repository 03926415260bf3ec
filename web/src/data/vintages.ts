import { signal } from '@preact/signals'
import { getJson } from '../api/client'
import { layerById, loadCatalogue } from '../state/catalogue'

export interface Vintage {
  id: number
  layer: string
  source: string
  valid_on: string | null
  received_at: string
  rolled_back_at: string | null
  licence: string
  datum_operation: string
  merge: { added: number; changed: number; removed: number } | null
}

/** By layer, the newest first; asked for when somebody looks. */
export const vintages = signal<Record<string, Vintage[]>>({})

export async function loadVintages(layer: string): Promise<void> {
  const found = await getJson<{ vintages: Vintage[] }>(`/api/vintages?layer=${encodeURIComponent(layer)}`)
  vintages.value = { ...vintages.value, [layer]: found.vintages }
}

/** Nodes show a change some tenths of a second after it was made. */
const LAG_MS = 300
const LOOKS = 10

/** Looks at the catalogue until it shows another revision of the layer. */
export async function seeChanges(layer: string): Promise<void> {
  const before = layerById(layer)?.revision
  for (let look = 0; look < LOOKS; look++) {
    await loadCatalogue()
    if (layerById(layer)?.revision !== before) return
    await new Promise((resolve) => setTimeout(resolve, LAG_MS))
  }
}

/** Whether it is the one that can be taken back: the newest of its source that stands. */
export const isNewest = (all: Vintage[], vintage: Vintage) =>
  all.find(({ source, rolled_back_at }) => source === vintage.source && !rolled_back_at) === vintage
