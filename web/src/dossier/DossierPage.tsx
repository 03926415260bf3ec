import { Facts } from '../data/Facts'
import { sentenceOfFailure } from '../data/failure'
import { PageHeader } from '../data/PageHeader'
import { Said } from '../data/Said'
import { Table } from '../data/Table'
import { formatDate, formatMeasure, formatTime, formatValue, lang, words } from '../i18n'
import { type Answer, type AskedSource, underWay } from '../overlaps/overlaps'
import { nameOf } from '../overlaps/PairTable'
import { overlapWords } from '../overlaps/words'
import { CopyButton } from '../panels/CopyButton'
import { layers } from '../state/catalogue'
import { inLanguage } from '../state/language'
import { DossierMap } from './DossierMap'
import { type Dossier, dossier, failed } from './dossier'
import { dossierWords } from './words'

const number = (value: number | null, digits = 0) =>
  value === null ? '–' : formatMeasure(value, lang.value, digits)

const whole = (value: string) => `${formatDate(value.slice(0, 10), lang.value)}`

function Subject({ dossier: { layer, subject, area_ha } }: { dossier: Dossier }) {
  const t = dossierWords.value
  const values = layer.fields.flatMap((field): [string, string][] => {
    const value = formatValue(field, subject.properties?.[field.name], lang.value, words.value)
    return value ? [[field.title[lang.value], value]] : []
  })
  if (area_ha !== undefined) values.push([t.areaSize, `${number(area_ha, 4)} ha`])
  return <Facts facts={values} />
}

/** What of one layer lies on the subject. */
function Overlapping({ answer }: { answer: Answer }) {
  const t = dossierWords.value
  const o = overlapWords.value
  const { totals, layers: asked, pairs } = answer
  const layer = layers.value.find(({ id }) => id === asked.b.id)
  const category = layer?.fields.find(({ name }) => name === layer.category_field)
  return (
    <section>
      <h3>{asked.b.title[lang.value]}</h3>
      {totals.pairs === 0 ? (
        <p>{asked.b.sources.length === 0 ? t.noData : t.none}</p>
      ) : (
        <>
          <p>
            {t.summary(
              number(totals.pairs),
              number(totals.sum_over_pairs_ha, 4),
              totals.covered_ha === null ? null : number(totals.covered_ha, 4),
              totals.covered_ha === null || !totals.area_a_ha
                ? null
                : number((100 * totals.covered_ha) / totals.area_a_ha, 2),
            )}
          </p>
          <Table
            heads={[
              t.what,
              category ? category.title[lang.value] : t.category,
              t.kind,
              o.geodesic,
              o.utmHead,
              t.percentOwn,
              t.percentOther,
              o.border,
              t.conflictsNear,
              o.came,
            ]}
          >
            {pairs.map((pair) => (
              <tr key={pair.b.id}>
                <td>{nameOf(pair.b)}</td>
                <td>{category ? formatValue(category, pair.b.category, lang.value, words.value) : '–'}</td>
                <td>
                  {o.kinds[pair.class]}
                  {pair.sliver && `, ${o.sliver}`}
                </td>
                <td class="is-number">{number(pair.geodesic_ha, 4)}</td>
                <td class="is-number">
                  {number(pair.utm_ha, 4)} ({pair.utm_zone}S)
                </td>
                <td class="is-number">{number(pair.percent_a, 2)}</td>
                <td class="is-number">{number(pair.percent_b, 2)}</td>
                <td class="is-number">{number(pair.border_m)}</td>
                <td class="is-number">
                  {pair.conflicts_inside} / {pair.conflicts_near}
                </td>
                <td>{pair.first ? t.first[pair.first] : '–'}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
      <Cited answer={answer} />
    </section>
  )
}

function Cited({ answer }: { answer: Answer }) {
  const t = dossierWords.value
  return (
    <p class="dossier-cited">
      {answer.pairs.length < answer.totals.pairs &&
        `${t.shown(number(answer.pairs.length), number(answer.totals.pairs))} `}
      {t.answer} <a href={inLanguage(`/cruces?v=${answer.id}`)}>{answer.id}</a>
    </p>
  )
}

/** What is told by its distance. */
function Apart({ title, answer, note }: { title: string; answer: Answer; note?: string }) {
  const t = dossierWords.value
  const { pairs } = answer
  const layer = layers.value.find(({ id }) => id === answer.layers.b.id)
  const category = layer?.fields.find(({ name }) => name === layer.category_field)
  return (
    <section>
      <h3>{title}</h3>
      {note && <p>{note}</p>}
      {pairs.length === 0 ? (
        <p>{answer.layers.b.sources.length === 0 ? t.noData : t.none}</p>
      ) : (
        <Table heads={[t.what, category ? category.title[lang.value] : t.category, t.distance]}>
          {pairs.map(({ b, distance_m }) => (
            <tr key={b.id}>
              <td>{nameOf(b)}</td>
              <td>{category ? formatValue(category, b.category, lang.value, words.value) : '–'}</td>
              <td class="is-number">{number(distance_m)}</td>
            </tr>
          ))}
        </Table>
      )}
      <Cited answer={answer} />
    </section>
  )
}

function Sources({ dossier: { overlaps, conflicts } }: { dossier: Dossier }) {
  const t = dossierWords.value
  const asked = [...overlaps.map((answer) => answer.layers.b), conflicts.layers.b, conflicts.layers.a]
  const rows = new Map<string, { layer: string; source: AskedSource }>()
  for (const { id, title, revision, sources } of asked) {
    for (const source of sources) {
      rows.set(`${id} ${source.name}`, { layer: `${title[lang.value]} (rev ${revision})`, source })
    }
  }
  return (
    <section>
      <h2>{t.sources}</h2>
      <Table heads={[t.layer, t.source, t.validOn, t.received, t.file, t.datum, t.licence]}>
        {[...rows].map(([key, { layer, source }]) => (
          <tr key={key}>
            <td>{layer}</td>
            <td>
              {source.title[lang.value]}
              {source.synthetic && ` (${t.synthetic})`}
            </td>
            <td>{source.valid_on ? whole(source.valid_on) : t.notTold}</td>
            <td>{whole(source.received_at)}</td>
            <td>{source.file_name}</td>
            <td>
              <Said text={source.datum_operation} />
              {source.accuracy_m !== null && ` (±${number(source.accuracy_m)} m)`}
            </td>
            <td>{source.licence}</td>
          </tr>
        ))}
      </Table>
    </section>
  )
}

function Report({ dossier: own }: { dossier: Dossier }) {
  const t = dossierWords.value
  const known = new Date(own.asKnown)
  return (
    <>
      <p class="dossier-kind">
        {t.title} · {own.layer.title[lang.value]}
      </p>
      <h1>{own.name}</h1>
      <p>{t.known(`${formatDate(own.asKnown.slice(0, 10), lang.value)} ${formatTime(known, lang.value)}`)}</p>
      {own.asOf && <p>{t.asOf(whole(own.asOf))}</p>}
      {own.overlaps.some(({ layers: asked }) => asked.a.synthetic || asked.b.synthetic) && (
        <p class="badge">{t.syntheticAll}</p>
      )}
      <p class="data-actions dossier-tools">
        <button type="button" class="button is-main" onClick={() => print()}>
          {t.print}
        </button>
        <CopyButton icon="link" label={t.link} text={() => location.href} />
      </p>
      <DossierMap dossier={own} />
      <Subject dossier={own} />
      <h2>{t.overlaps}</h2>
      {own.overlaps.map((answer) => (
        <Overlapping key={answer.id} answer={answer} />
      ))}
      <h2>{t.near}</h2>
      <Apart title={t.conflicts} answer={own.conflicts} note={t.conflictsNote} />
      <Apart title={t.downstream} answer={own.downstream} note={t.downstreamNote} />
      <Sources dossier={own} />
      <section>
        <h2>{t.method}</h2>
        {t.methodText.map((text) => (
          <p key={text}>{text}</p>
        ))}
        <p>
          <strong>{t.notProof}</strong>
        </p>
        <p class="dossier-address">{location.href}</p>
      </section>
    </>
  )
}

/** All there is to be told of one feature, on one page that prints. */
export function DossierPage() {
  const t = dossierWords.value
  const own = dossier.value
  const why = failed.value
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data dossier" tabIndex={-1}>
        {own && <Report dossier={own} />}
        {!own && !why && (
          <p role="status">
            <progress aria-label={t.loading} /> {t.loading} {underWay.value && overlapWords.value.running}
          </p>
        )}
        {why && (
          <>
            <h1>{t.title}</h1>
            <p class="data-failed" role="alert">
              {why === 'address'
                ? t.badAddress
                : why === 'gone'
                  ? t.gone
                  : t.failed(sentenceOfFailure(why.why))}
            </p>
          </>
        )}
      </main>
    </>
  )
}
