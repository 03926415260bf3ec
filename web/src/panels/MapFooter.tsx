import type { Layer } from '../api/types'
import { formatDate, lang, words } from '../i18n'
import { catalogue, layers, type Nature, natureOf } from '../state/catalogue'
import { isShown } from '../state/filters'
import { Badge } from './Badge'
import { SOURCES_ID, Sources } from './Sources'

/** The badge already says it: some attributions repeat in brackets that their data is synthetic. */
const withoutRemark = (attribution: string) => attribution.replace(/\s*\([^)]*\)$/, '')

/** Who made what the map shows, each name once. */
const creditsOf = (shown: Layer[]) => [
  ...new Set(shown.flatMap(({ sources }) => sources.map(({ attribution }) => withoutRemark(attribution)))),
]

/** One is named, several are counted: the footer is short, and the sources name them all. */
function namesOf(unreal: Layer[]): string {
  const [only, ...others] = unreal.map(({ title }) => title[lang.value])
  return only && others.length === 0 ? only : words.value.layersCounted(unreal.length)
}

const UNREAL: Nature[] = ['demonstration', 'synthetic']

/** Which of the layers on the map are not real, by how they are not. */
const unrealIn = (shown: Layer[]) =>
  UNREAL.map((nature) => ({
    nature,
    unreal: shown.filter(({ sources }) => sources.some((source) => natureOf([source]) === nature)),
  })).filter(({ unreal }) => unreal.length > 0)

/** One line under the map, whatever the sources: it says whose data it is and when it was loaded, the rest on request. */
export function MapFooter() {
  const t = words.value
  const known = catalogue.value
  if (!known) return <footer class="map-footer" />
  const shown = layers.value.filter(isShown)
  const loadedOn = known.updated_at && formatDate(known.updated_at, lang.value)
  return (
    <footer class="map-footer">
      <button type="button" class="link" popovertarget={SOURCES_ID}>
        {t.sources}
      </button>
      <p class="natures">
        {unrealIn(shown).map(({ nature, unreal }) => (
          <Badge key={nature} nature={nature} of={namesOf(unreal)} />
        ))}
      </p>
      <p class="attribution">{[...creditsOf(shown), `${t.basemap}: ${t.basemapSources}`].join(' · ')}</p>
      <p class="stamp">
        <span>{loadedOn ? t.lastLoad(loadedOn) : t.nothingLoaded} ·</span>{' '}
        <span>{t.revision(known.revision)}</span>
      </p>
      <Sources />
    </footer>
  )
}
