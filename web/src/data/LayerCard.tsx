import { useSignal } from '@preact/signals'
import type { Layer } from '../api/types'
import { formatDate, formatNumber, lang } from '../i18n'
import { Badge } from '../panels/Badge'
import { CopyButton } from '../panels/CopyButton'
import { licenceOf } from '../panels/Sources'
import { natureOf } from '../state/catalogue'
import { Facts } from './Facts'
import { sentenceOfFailure } from './failure'
import { Table } from './Table'
import { VintageList } from './VintageList'
import { loadVintages } from './vintages'
import { dataWords } from './words'

const FORMATS = ['gpkg', 'csv', 'shp', 'kml', 'fgb', 'parquet']

function Addresses({ layer }: { layer: Layer }) {
  const t = dataWords.value
  const collection = `${location.origin}/ogc/collections/${layer.id}`
  const addresses: [string, string][] = [
    [t.items, `${location.origin}/ogc`],
    [t.geojson, `${collection}/items?f=json`],
    [t.tiles, `${location.origin}/tiles/${layer.id}`],
    [t.qgis, `${location.origin}/ogc/rimay.qlr?layers=${layer.id}`],
  ]
  return (
    <div class="data-addresses">
      <h3>{t.addresses}</h3>
      <ul>
        {addresses.map(([name, url]) => (
          <li key={url}>
            <span>{name}</span>
            <a href={url}>
              <code>{url}</code>
            </a>
            <CopyButton icon="link" label={t.copy} text={() => url} />
          </li>
        ))}
      </ul>
      <p class="data-files">
        {t.download}:{' '}
        {FORMATS.map((format) => (
          <a key={format} href={`${collection}/items?f=${format}`}>
            {format}
          </a>
        ))}
      </p>
    </div>
  )
}

function FieldTable({ layer }: { layer: Layer }) {
  const t = dataWords.value
  return (
    <Table heads={[t.field, t.meaning, t.type, t.codes]}>
      {layer.fields.map((field) => (
        <tr key={field.name}>
          <td>
            <code>{field.name}</code>
          </td>
          <td>{field.title[lang.value]}</td>
          <td>{[t.types[field.type], field.unit].filter(Boolean).join(', ')}</td>
          <td>{field.codes.map((code) => `${code.code} (${code[lang.value]})`).join(', ')}</td>
        </tr>
      ))}
    </Table>
  )
}

/** All that is known of a layer, and how to take it home. */
export function LayerCard({ layer }: { layer: Layer }) {
  const t = dataWords.value
  const failed = useSignal('')
  const opened = (event: Event) => {
    if (!(event.currentTarget as HTMLDetailsElement).open) return
    loadVintages(layer.id).catch((error) => {
      failed.value = sentenceOfFailure(error)
    })
  }
  const facts: [string, string][] = [
    [t.elements, formatNumber(layer.count, lang.value)],
    [t.extent, layer.bbox?.map((side) => formatNumber(side, lang.value, 2)).join(', ') ?? '–'],
    [t.updated, layer.updated_at ? formatDate(layer.updated_at, lang.value) : '–'],
  ]
  return (
    <article class="data-layer" id={layer.id} aria-labelledby={`${layer.id}-title`}>
      <h2 id={`${layer.id}-title`}>
        {layer.title[lang.value]} <Badge nature={natureOf(layer.sources)} />
      </h2>
      <p>{layer.description[lang.value]}</p>
      <Facts facts={facts} />
      {layer.sources.length > 0 && (
        <>
          <h3>{t.sources}</h3>
          <ul class="data-sources">
            {layer.sources.map((source) => (
              <li key={source.preset}>
                {source.source[lang.value]} · {formatNumber(source.count, lang.value)} · {t.licence}:{' '}
                {licenceOf(source)} · {t.attribution}: {source.attribution}
              </li>
            ))}
          </ul>
        </>
      )}
      <Addresses layer={layer} />
      <details>
        <summary>{t.fields}</summary>
        <FieldTable layer={layer} />
      </details>
      <details onToggle={opened}>
        <summary>{t.vintages}</summary>
        {failed.value ? (
          <p class="data-failed">{t.failed(failed.value)}</p>
        ) : (
          <VintageList layer={layer.id} />
        )}
      </details>
    </article>
  )
}
