import { helpOpen, type Pane, pane } from '../state/pane'
import { shortcutsOn } from '../state/preferences'
import { closeDetail, detailOpen, stepSelection } from '../state/selection'

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox], [type=range])'))

const focusOn = (selector: string) => document.querySelector<HTMLElement>(selector)?.focus()

/** Shows a pane and puts the focus where its work begins. */
export function goTo(where: Pane): void {
  pane.value = where
  const targets: Record<Pane, string> = {
    map: '.maplibregl-canvas',
    list: '.row[tabindex="0"], .detail, #list',
    filters: '#filters input',
  }
  requestAnimationFrame(() => focusOn(targets[where]))
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
  if (helpOpen.value || !detailOpen.value) return
  closeDetail()
  if (!detailOpen.value) requestAnimationFrame(() => focusOn('.row[tabindex="0"]'))
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  if (event.key === 'Escape') return onEscape()
  const action = LETTERS[event.key]
  if (!action || !shortcutsOn.value || helpOpen.value || isTyping(event.target)) return
  event.preventDefault()
  action()
}

export function listenToShortcuts(): () => void {
  addEventListener('keydown', onKeyDown)
  return () => removeEventListener('keydown', onKeyDown)
}
