import { signal } from '@preact/signals'

/** How often the reader asked for each layer's tiles again; part of their address, so that they are fetched anew. */
export const tileTries = signal<Record<string, number>>({})

export const triesOf = (layer: string) => tileTries.value[layer] ?? 0

export function retryTiles(layer: string): void {
  const tries = tileTries.peek()
  tileTries.value = { ...tries, [layer]: (tries[layer] ?? 0) + 1 }
}
