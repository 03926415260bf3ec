import type { Layer, Source } from '../api/types'
import { formatDate, lang, words } from '../i18n'
import { basemapCredits } from '../state/basemap'
import { isEmpty, layers, natureOf } from '../state/catalogue'
import { Badge } from './Badge'
import { Icon } from './Icon'

export const SOURCES_ID = 'sources'

export function licenceOf({ licence }: Source): string {
  const t = words.value
  return t.licences[licence] ?? (licence || t.licenceNotStated)
}

/** To which day the data belong, where the source or the steward said. */
export const vintageOf = ({ valid_on }: Source) =>
  valid_on ? formatDate(valid_on, lang.value) : words.value.dataDateUnknown

function SourceEntry({ source }: { source: Source }) {
  const t = words.value
  return (
    <li>
      <p>
        {source.source[lang.value]} <Badge nature={natureOf([source])} />
      </p>
      <p class="source-terms">
        {[
          `${t.licence}: ${licenceOf(source)}`,
          `${t.attribution}: ${source.attribution}`,
          t.inputOf(source.count, formatDate(source.received_at, lang.value)),
          `${t.dataDate}: ${vintageOf(source)}`,
        ].join(' · ')}
      </p>
    </li>
  )
}

function LayerSources({ layer }: { layer: Layer }) {
  return (
    <>
      <h3>{layer.title[lang.value]}</h3>
      <ul>
        {layer.sources.map((source) => (
          <SourceEntry key={`${source.preset} ${source.file_name}`} source={source} />
        ))}
      </ul>
    </>
  )
}

/** Whose data each layer holds, under which licence, how much of it and since when, shown on request. */
export function Sources() {
  const t = words.value
  return (
    <section popover="auto" id={SOURCES_ID} class="sources" aria-label={t.sources}>
      <div class="help-head">
        <h2>{t.sources}</h2>
        <button
          type="button"
          class="tool"
          aria-label={t.close}
          popovertarget={SOURCES_ID}
          popovertargetaction="hide"
        >
          <Icon name="close" />
        </button>
      </div>
      <p class="source-terms">{t.loadedIsNotVintage}</p>
      {layers.value
        .filter((layer) => !isEmpty(layer))
        .map((layer) => (
          <LayerSources key={layer.id} layer={layer} />
        ))}
      <h3>{t.basemap}</h3>
      <p>{basemapCredits()}</p>
    </section>
  )
}
