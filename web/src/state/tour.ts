import { signal } from '@preact/signals'
import { pane } from './pane'
import { recall, remember } from './storage'

/** What each step of the tour is about, in their order, and the pane it is on. */
export const TOUR = [
  { id: 'map', target: '.map-frame', pane: 'map' },
  { id: 'filters', target: '#filters', pane: 'filters' },
  { id: 'time', target: '.timeline', pane: 'map' },
  { id: 'list', target: '#list', pane: 'list' },
  { id: 'take', target: '.tools', pane: 'map' },
] as const
export type TourStep = (typeof TOUR)[number]['id']

/** The step that is shown; null while there is no tour. */
export const tourAt = signal<number | null>(null)

function show(at: number | null): void {
  tourAt.value = at
  if (at !== null) pane.value = TOUR[at]?.pane ?? 'map'
}

export const startTour = () => show(0)

/** Whoever comes for the first time, and not for what a link shows, is shown around. */
export function startFirstTour(isPlain: boolean): void {
  if (isPlain && recall('tour') !== 'seen') startTour()
}

export function endTour(): void {
  remember('tour', 'seen')
  show(null)
  pane.value = 'map'
}

export function stepTour(): void {
  const next = (tourAt.peek() ?? 0) + 1
  if (next < TOUR.length) show(next)
  else endTour()
}
