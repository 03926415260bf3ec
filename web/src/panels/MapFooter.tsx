import type { Layer } from '../api/types'
import { formatDate, lang, words } from '../i18n'
import { catalogue, layers, type Nature, natureOf } from '../state/catalogue'
import { isShown } from '../state/filters'
import { Badge } from './Badge'

/** The badge already says it: some attributions repeat in brackets that their data is synthetic. */
const withoutRemark = (attribution: string) => attribution.replace(/\s*\([^)]*\)$/, '')

/** Who made what the map shows, each name once for each nature of its data. */
function creditsOf(shown: Layer[]): { names: string; nature: Nature }[] {
  const sources = shown.flatMap((layer) => layer.sources)
  const natures: Nature[] = ['real', 'demonstration', 'synthetic']
  return natures.flatMap((nature) => {
    const own = sources.filter((source) => natureOf([source]) === nature)
    const names = [...new Set(own.map((source) => withoutRemark(source.attribution)))].join(', ')
    return names ? [{ names, nature }] : []
  })
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
        {credits.map(({ names, nature }) => (
          <span key={nature}>
            {names} <Badge nature={nature} />
          </span>
        ))}
        <span>{t.attributionBase}</span>
      </p>
      <p class="stamp">{stamp}</p>
    </footer>
  )
}
