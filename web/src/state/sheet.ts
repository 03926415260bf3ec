import { computed, signal } from '@preact/signals'
import { pane } from './pane'
import { detailOpen } from './selection'
import { mapSize } from './view'

/** The width below which one pane is shown at a time; `styles/narrow.css` has the same. */
const narrowScreen = matchMedia('(width <= 56.25rem)')
const narrow = signal(narrowScreen.matches)
narrowScreen.addEventListener('change', (event) => {
  narrow.value = event.matches
})

/** The part of the map that a card covers as a sheet; `styles/narrow.css` has the same. */
const SHEET = 0.56

/** How much of the map's foot a card covers, in CSS pixels; on a wide screen it stands beside the map. */
export const covered = computed(() =>
  narrow.value && pane.value === 'map' && detailOpen.value && mapSize.value
    ? mapSize.value.height * SHEET
    : 0,
)
