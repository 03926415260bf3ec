import { measuring, stopMeasuring } from '../state/measure'
import { helpOpen, type Pane, pane } from '../state/pane'
import { shortcutsOn } from '../state/preferences'
import { closeDetail, detailOpen, stepSelection } from '../state/selection'

/** The heading of the rows without a place. */
export const PLACELESS_ID = 'placeless'

/** Whether keys are meant for a field, which then also keeps the focus. */
export const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox], [type=range])'))

/** Focuses the first of these that exists and can be seen. */
export function focusOn(...selectors: string[]): void {
  const found = selectors.flatMap((selector) => [...document.querySelectorAll<HTMLElement>(selector)])
  found.find((element) => element.checkVisibility({ visibilityProperty: true }))?.focus()
}

/** Brings the rows without a place into sight, and the focus to the first of them. */
export function goToPlaceless(): void {
  document.getElementById(PLACELESS_ID)?.scrollIntoView({ block: 'center' })
  document.querySelector<HTMLElement>(`#${PLACELESS_ID} + .rows .row`)?.focus({ preventScroll: true })
}

/** Where work begins in each pane, the best place first. */
const ENTRANCES: Record<Pane, string[]> = {
  map: ['.maplibregl-canvas', '.map-controls button'],
  list: ['.detail h2', '.detail', '.row[tabindex="0"]', '#list'],
  filters: ['#filters input', '#filters'],
}

/** Shows a pane and puts the focus where its work begins. */
export function goTo(where: Pane): void {
  pane.value = where
  requestAnimationFrame(() => focusOn(...ENTRANCES[where]))
}

const LETTERS: Record<string, () => void> = {
  m: () => goTo('map'),
  l: () => goTo('list'),
  f: () => goTo('filters'),
  '/': () => focusOn('#search'),
  '[': () => stepSelection(-1),
  ']': () => stepSelection(1),
  '?': () => {
    helpOpen.value = true
  },
}

function onEscape(): void {
  if (measuring.value) stopMeasuring()
  else if (!helpOpen.value && detailOpen.value) closeDetail()
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  if (event.key === 'Escape') onEscape()
  const action = LETTERS[event.key]
  if (!action || !shortcutsOn.value || helpOpen.value || isTyping(event.target)) return
  event.preventDefault()
  action()
}

export function listenToShortcuts(): () => void {
  addEventListener('keydown', onKeyDown)
  return () => removeEventListener('keydown', onKeyDown)
}
