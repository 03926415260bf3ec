import type { Layer } from '../api/types'
import { formatDate, lang, words } from '../i18n'
import { catalogue, layers, type Nature, natureOf } from '../state/catalogue'
import { isShown } from '../state/filters'
import { Badge } from './Badge'

/** Who made what the map shows, each name once, with the most careful word about its data. */
function creditsOf(shown: Layer[]): { name: string; nature: Nature }[] {
  const credits = new Map<string, Nature>()
  for (const source of shown.flatMap((layer) => layer.sources)) {
    const before = credits.get(source.attribution)
    const here = natureOf([source])
    if (!before || here === 'synthetic') credits.set(source.attribution, here)
  }
  return [...credits].map(([name, nature]) => ({ name, nature }))
}

/** Under the map: whose data it is, and of what day. */
export function MapFooter() {
  const t = words.value
  const known = catalogue.value
  if (!known) return <footer class="map-footer" />
  const credits = creditsOf(layers.value.filter(isShown))
  const stamp = known.updated_at
    ? t.dataStamp(formatDate(known.updated_at, lang.value), known.revision)
    : t.dataStampNone(known.revision)
  return (
    <footer class="map-footer">
      <p class="attribution">
        {credits.length > 0 && <span>{t.attributionData}:</span>}
        {credits.map(({ name, nature }) => (
          <span key={name} class="credit">
            {name} <Badge nature={nature} />
          </span>
        ))}
        <span>{t.attributionBase}</span>
      </p>
      <p class="stamp">{stamp}</p>
    </footer>
  )
}
