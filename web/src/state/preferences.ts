import { computed, effect, signal } from '@preact/signals'
import { lang } from '../i18n'

/** Tastes of one reader on one device; they say nothing about the view, so they stay out of the link. */
const read = (key: string) => {
  try {
    return localStorage.getItem(`rimay.${key}`)
  } catch {
    return null
  }
}

const write = (key: string, value: string) => {
  try {
    localStorage.setItem(`rimay.${key}`, value)
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

const darkScheme = matchMedia('(prefers-color-scheme: dark)')
const systemDark = signal(darkScheme.matches)
darkScheme.addEventListener('change', (event) => {
  systemDark.value = event.matches
})

const chosenTheme = signal(read('theme'))

export const dark = computed(() =>
  chosenTheme.value === 'dark' || chosenTheme.value === 'light'
    ? chosenTheme.value === 'dark'
    : systemDark.value,
)

export function toggleTheme(): void {
  chosenTheme.value = dark.value ? 'light' : 'dark'
  write('theme', chosenTheme.value)
}

/** Whether single-letter shortcuts work (WCAG 2.1.4 asks that they can be switched off). */
export const shortcutsOn = signal(read('shortcuts') !== 'off')

export function toggleShortcuts(): void {
  shortcutsOn.value = !shortcutsOn.value
  write('shortcuts', shortcutsOn.value ? 'on' : 'off')
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
