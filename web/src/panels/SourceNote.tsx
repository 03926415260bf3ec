import type { Layer } from '../api/types'
import { lang, words } from '../i18n'
import { CASES, hasOwn } from '../state/catalogue'

/** What the layer's sources call themselves, each once: a list speaks for these and for nothing else. */
const titlesOf = (layer: Layer) => [
  ...new Set(layer.sources.map(({ source }) => source[lang.value])),
  ...(layer.id === CASES && hasOwn(layer) ? [words.value.registers] : []),
]

/** Whose list this is and of when: a layer may hold a part of its subject only, at a date nobody states. */
export function SourceNote({ layer }: { layer: Layer }) {
  const t = words.value
  if (layer.sources.length === 0) return null
  return (
    <p class="source-note">
      {t.accordingTo(titlesOf(layer).join('; '))} · {t.datedUnknown}
    </p>
  )
}
