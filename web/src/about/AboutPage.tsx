import { LoadFailed } from '../data/LoadFailed'
import { PageHeader } from '../data/PageHeader'
import { Table } from '../data/Table'
import { formatDate, formatNumber, lang, words } from '../i18n'
import type { HelpTexts } from '../i18n/help/es'
import { Badge } from '../panels/Badge'
import { licenceOf } from '../panels/Sources'
import { basemapCredits } from '../state/basemap'
import {
  CASES,
  catalogue,
  hasOwn,
  isEmpty,
  layerById,
  layers,
  loadCatalogue,
  natureOf,
} from '../state/catalogue'
import { failureOf } from '../state/problems'

/** Whose data each layer holds, and what is not known of it. */
function SourcesTable({ texts: t }: { texts: HelpTexts }) {
  const rows = layers.value
    .filter((layer) => !isEmpty(layer))
    .flatMap((layer) => layer.sources.map((source) => ({ layer, source })))
  const empty = layers.value.filter(isEmpty)
  const own = layerById(CASES)
  return (
    <>
      <Table
        label={t.aboutSources}
        heads={[t.aboutLayer, words.value.dataSource, words.value.licence, t.aboutCount, t.aboutLoaded]}
      >
        {rows.map(({ layer, source }) => (
          <tr key={`${layer.id} ${source.preset} ${source.file_name}`}>
            <td>{layer.title[lang.value]}</td>
            <td>
              {source.source[lang.value]} <Badge nature={natureOf([source])} />
            </td>
            <td>{licenceOf(source)}</td>
            <td class="is-number">{formatNumber(source.count, lang.value)}</td>
            <td>{formatDate(source.received_at, lang.value)}</td>
          </tr>
        ))}
        {own && hasOwn(own) && (
          <tr>
            <td>{own.title[lang.value]}</td>
            <td>{words.value.registers}</td>
            <td>{words.value.licenceNotStated}</td>
            <td class="is-number">
              {formatNumber(own.count - own.sources.reduce((sum, { count }) => sum + count, 0), lang.value)}
            </td>
            <td>{own.updated_at && formatDate(own.updated_at, lang.value)}</td>
          </tr>
        )}
      </Table>
      <p class="case-note">{words.value.loadedIsNotVintage}</p>
      {empty.length > 0 && <p>{t.aboutEmpty(empty.map(({ title }) => title[lang.value]).join(', '))}</p>}
      <p>
        {words.value.basemap}: {basemapCredits()}
      </p>
    </>
  )
}

/** What this is, whose data it shows, what it does not show, and what its words mean. */
export function AboutPage({ texts: t }: { texts: HelpTexts }) {
  const known = catalogue.value
  const failed = failureOf('catalogue')
  return (
    <>
      <PageHeader toMap={t.aboutToMap} />
      <main class="data about" tabIndex={-1}>
        <h1>{t.aboutTitle}</h1>
        {t.aboutText.map((text) => (
          <p key={text}>{text}</p>
        ))}
        <h2 id="fuentes">{t.aboutSources}</h2>
        {failed && <LoadFailed error={failed} retry={() => void loadCatalogue()} />}
        {known && <SourcesTable texts={t} />}
        {!known && !failed && <p role="status">{words.value.loading}</p>}
        <h2 id="limites">{t.limits}</h2>
        <ul>
          {t.limitsList.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
        <h2 id="glosario">{words.value.glossary}</h2>
        <dl class="meanings">
          {t.glossary.map(({ term, meaning }) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        {known && (
          <p class="case-note">
            {known.name} {known.version} · {words.value.revision(known.revision)}
          </p>
        )}
      </main>
    </>
  )
}
