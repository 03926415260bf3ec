import type { Layer } from '../api/types'
import { formatDate, lang, words } from '../i18n'
import { catalogue, layers, type Nature, natureOf } from '../state/catalogue'
import { isShown } from '../state/filters'
import { Badge } from './Badge'
import { SOURCES_ID, Sources } from './Sources'

/** The badge already says it: some attributions repeat in brackets that their data is synthetic. */
const withoutRemark = (attribution: string) => attribution.replace(/\s*\([^)]*\)$/, '')

/** Who made what the map shows, each name once for each nature of its data. */
function creditsOf(shown: Layer[]): { names: string[]; nature: Nature }[] {
  const sources = shown.flatMap((layer) => layer.sources)
  const natures: Nature[] = ['real', 'demonstration', 'synthetic']
  return natures.flatMap((nature) => {
    const own = sources.filter((source) => natureOf([source]) === nature)
    const names = [...new Set(own.map((source) => withoutRemark(source.attribution)))]
    return names.length > 0 ? [{ names, nature }] : []
  })
}

/** One line under the map, whatever the sources: it says whose data it is and when it was loaded, the rest on request. */
export function MapFooter() {
  const t = words.value
  const known = catalogue.value
  if (!known) return <footer class="map-footer" />
  const credits = creditsOf(layers.value.filter(isShown))
  const loadedOn = known.updated_at && formatDate(known.updated_at, lang.value)
  return (
    <footer class="map-footer">
      <button type="button" class="link" popovertarget={SOURCES_ID}>
        {t.sources}
      </button>
      <p class="natures">
        {credits.map(({ nature }) => (
          <Badge key={nature} nature={nature} />
        ))}
      </p>
      <p class="attribution">
        {[...new Set(credits.flatMap(({ names }) => names)), `${t.basemap}: ${t.basemapSources}`].join(' · ')}
      </p>
      <p class="stamp">
        <span>{loadedOn ? t.lastLoad(loadedOn) : t.nothingLoaded} ·</span>{' '}
        <span>{t.revision(known.revision)}</span>
      </p>
      <Sources />
    </footer>
  )
}
