import { computed, effect, signal } from '@preact/signals'
import { lang } from '../i18n'
import { recall, remember } from './storage'

/** Tastes of one reader on one device; they say nothing about the view, so they stay out of the link. */
const darkScheme = matchMedia('(prefers-color-scheme: dark)')
const systemDark = signal(darkScheme.matches)
darkScheme.addEventListener('change', (event) => {
  systemDark.value = event.matches
})

const chosenTheme = signal(recall('theme'))

/** On paper nothing is dark, whatever the screen is. */
export const onPaper = signal(false)

export const dark = computed(() =>
  onPaper.value
    ? false
    : chosenTheme.value === 'dark' || chosenTheme.value === 'light'
      ? chosenTheme.value === 'dark'
      : systemDark.value,
)

export function toggleTheme(): void {
  chosenTheme.value = dark.value ? 'light' : 'dark'
  remember('theme', chosenTheme.value)
}

/** Whether single-letter shortcuts work (WCAG 2.1.4 asks that they can be switched off). */
export const shortcutsOn = signal(recall('shortcuts') !== 'off')

export function toggleShortcuts(): void {
  shortcutsOn.value = !shortcutsOn.value
  remember('shortcuts', shortcutsOn.value ? 'on' : 'off')
}

/** Whether the histogram under the map is open: it is by itself where there is room for it. */
export const timelineOpen = signal(
  (recall('timeline') ?? (matchMedia('(min-width: 901px)').matches ? 'open' : 'shut')) === 'open',
)

export function toggleTimeline(): void {
  timelineOpen.value = !timelineOpen.value
  remember('timeline', timelineOpen.value ? 'open' : 'shut')
}

export const reducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches

/** Keeps the document's language and theme in step with the choices. */
export function followDocument(): () => void {
  return effect(() => {
    const root = document.documentElement
    root.lang = lang.value
    root.dataset.theme = dark.value ? 'dark' : 'light'
  })
}
