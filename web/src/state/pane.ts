import { effect, signal, untracked } from '@preact/signals'
import { detailOpen } from './selection'

/** The tab shown on a narrow screen; a wide screen shows all three. */
export type Pane = 'map' | 'list' | 'filters'

export const pane = signal<Pane>('map')

/** A card that opens is never left behind the filters of a narrow screen. */
export function followDetail(): () => void {
  return effect(() => {
    if (detailOpen.value && untracked(() => pane.value) === 'filters') pane.value = 'map'
  })
}

export const helpOpen = signal(false)
