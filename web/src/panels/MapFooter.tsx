import type { Layer } from '../api/types'
import { formatDate, lang, words } from '../i18n'
import { basemapCredits } from '../state/basemap'
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

/** As many as are named before they are only counted; the sources name them all. */
const MOST_NAMED = 1

function namesOf(unreal: Layer[]): string {
  const names = unreal.map(({ title }) => title[lang.value])
  return names.length > MOST_NAMED ? words.value.layersCounted(names.length) : names.join(', ')
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
      <p class="attribution">{[...creditsOf(shown), `${t.basemap}: ${basemapCredits()}`].join(' · ')}</p>
      <p class="stamp">
        <span>{loadedOn ? t.lastLoad(loadedOn) : t.nothingLoaded} ·</span>{' '}
        <span>{t.revision(known.revision)}</span>
      </p>
      <Sources />
    </footer>
  )
}
