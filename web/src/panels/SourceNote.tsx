import type { Layer } from '../api/types'
import { formatDate, lang, words } from '../i18n'
import { CASES, hasOwn } from '../state/catalogue'

/** What the layer's sources call themselves, each once: a list speaks for these and for nothing else. */
const titlesOf = (layer: Layer) => [
  ...new Set(layer.sources.map(({ source }) => source[lang.value])),
  ...(layer.id === CASES && hasOwn(layer) ? [words.value.registers] : []),
]

/** To which days the sources belong, as far as they say. */
function datesOf(layer: Layer): string {
  const t = words.value
  const told = new Set(layer.sources.map(({ valid_on }) => valid_on ?? null))
  const days = [...told].filter((day) => day !== null).sort()
  return days.length === told.size
    ? t.datedOn(days.map((day) => formatDate(day, lang.value)).join(', '))
    : t.datedUnknown
}

/** Whose list this is and of when: a layer may hold a part of its subject only, at a date nobody states. */
export function SourceNote({ layer }: { layer: Layer }) {
  const t = words.value
  if (layer.sources.length === 0) return null
  return (
    <p class="source-note">
      {t.accordingTo(titlesOf(layer).join('; '))} · {datesOf(layer)}
    </p>
  )
}
