import { signal } from '@preact/signals'
import { words } from '../i18n'
import { catalogue } from './catalogue'

/** Whom the style names that whoever runs the server chose, once it is there. */
export const styleCredits = signal('')

/** Who is to be named for the base map. */
export function basemapCredits(): string {
  const chosen = catalogue.value?.basemap
  const t = words.value
  if (!chosen) return t.basemapSources
  if (chosen.kind === 'tiles') return chosen.attribution || t.basemapUnnamed
  return styleCredits.value || new URL(chosen.url, location.href).host
}
