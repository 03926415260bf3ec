import { computed, effect, signal } from '@preact/signals'
import { getCatalogue } from '../api/requests'
import type { Catalogue, Layer, Source } from '../api/types'
import { clearProblem, failureOf, reportProblem } from './problems'

/** The layer of conflict cases: the only one clustered in the browser and filtered by state. */
export const CASES = 'conflicts'

export const catalogue = signal<Catalogue | null>(null)

export const layers = computed<Layer[]>(() => catalogue.value?.layers ?? [])

export const layerById = (id: string): Layer | undefined => layers.value.find((layer) => layer.id === id)

export const isEmpty = (layer: Layer) => layer.count === 0

/** How far a layer's data may be trusted; the most careful word wins when its sources differ. */
export type Nature = 'synthetic' | 'demonstration' | 'real'

export function natureOf(sources: Pick<Source, 'synthetic' | 'demonstration'>[]): Nature {
  if (sources.some((source) => source.synthetic)) return 'synthetic'
  return sources.some((source) => source.demonstration) ? 'demonstration' : 'real'
}

/** Whether some of its features came from no file: from the register of cases, or written by hand. */
export const hasOwn = (layer: Layer) =>
  layer.count > layer.sources.reduce((sum, source) => sum + source.count, 0)

/** The nature of one feature whose source is not at hand: known only where all sources of its layer agree. */
export function natureIn(layer: Layer, synthetic: boolean): Nature {
  if (synthetic) return 'synthetic'
  return layer.sources.length > 0 && !hasOwn(layer) && layer.sources.every((source) => source.demonstration)
    ? 'demonstration'
    : 'real'
}

/** When the catalogue is there, or cannot be had. */
export function catalogueThere(): Promise<void> {
  return new Promise((resolve) => {
    effect(() => {
      if (catalogue.value || failureOf('catalogue')) resolve()
    })
  })
}

export async function loadCatalogue(): Promise<void> {
  try {
    catalogue.value = await getCatalogue()
    clearProblem('catalogue')
  } catch (error) {
    reportProblem('catalogue', error)
  }
}
