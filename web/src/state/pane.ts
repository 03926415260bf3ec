import { signal } from '@preact/signals'

/** The tab shown on a narrow screen; a wide screen shows all three. */
export type Pane = 'map' | 'list' | 'filters'

export const pane = signal<Pane>('map')

export const helpOpen = signal(false)
