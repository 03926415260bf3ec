import { LoadFailed } from '../data/LoadFailed'
import { PageHeader } from '../data/PageHeader'
import { Table } from '../data/Table'
import { formatDate, formatNumber, formatValue, lang, readablePlace, words } from '../i18n'
import { Badge } from '../panels/Badge'
import { ChangeMark } from '../panels/ChangeMark'
import { standingOf } from '../panels/ChangesFilter'
import { CopyButton } from '../panels/CopyButton'
import { licenceOf } from '../panels/Sources'
import { StateMark } from '../panels/StateMark'
import { casesById } from '../state/cases'
import { CASES, hasOwn, layerById, natureOf } from '../state/catalogue'
import { inLanguage } from '../state/language'
import { categoriesOf } from '../state/palette'
import { type Briefing, briefing, failed, loadAsked, nowhere } from './briefing'
import { briefingWords } from './words'

const inOwn = (es: string, en: string) => (lang.value === 'en' ? en : es)
const number = (value: number) => formatNumber(value, lang.value)

/** A number of a scheme, which leads to the cases it counts. */
function Counted({ count, scheme, department }: { count: number; scheme: string; department?: string }) {
  if (count === 0) return <>{number(count)}</>
  const query = new URLSearchParams({ esquema: scheme, por: 'department', casos: 'total' })
  if (department) {
    query.set('grupo', 'department')
    query.set('valor', department)
  }
  return (
    <a class="link" href={inLanguage(`/cifras?${query}`)}>
      {number(count)}
    </a>
  )
}

function Schemes({ told }: { told: Briefing }) {
  const t = briefingWords.value
  return (
    <section>
      <h2>{t.schemes}</h2>
      <Table heads={[t.scheme, t.here, t.country, t.definition]}>
        {told.schemes.map(({ scheme, here, country }) => (
          <tr key={scheme.id}>
            <td>
              <a class="link" href={inLanguage(`/cifras?esquema=${scheme.id}&por=department`)}>
                {inOwn(scheme.title_es, scheme.title_en)} (v{scheme.version})
              </a>
            </td>
            <td class="is-number">
              <Counted count={here} scheme={scheme.id} department={told.department} />
            </td>
            <td class="is-number">
              <Counted count={country} scheme={scheme.id} />
            </td>
            <td>{inOwn(scheme.definition_es, scheme.definition_en)}</td>
          </tr>
        ))}
      </Table>
      {told.schemes.every(({ country }) => country === 0) && (
        <p class="data-stale">{words.value.registerUncounted}</p>
      )}
      <p class="case-note">{t.schemesNote}</p>
    </section>
  )
}

function States({ told }: { told: Briefing }) {
  const t = briefingWords.value
  const layer = layerById(CASES)
  if (!layer) return null
  const query = `dep=${encodeURIComponent(told.department)}`
  return (
    <section>
      <h2>{t.states}</h2>
      <ul class="briefing-states">
        {categoriesOf(layer).map(({ code, title, color }) => (
          <li key={code}>
            <StateMark state={code} color={color} />{' '}
            <a class="link" href={inLanguage(`/mapa?${query}&estado=${code}`)}>
              {title[lang.value]}: {number(told.active.categories[code] ?? 0)}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Changed({ told }: { told: Briefing }) {
  const t = briefingWords.value
  const { changes, since } = told.changes
  return (
    <section>
      <h2>{t.changed(formatDate(since, lang.value))}</h2>
      {changes.length === 0 ? (
        <p>{t.nothingChanged}</p>
      ) : (
        <Table heads={[t.name, t.what]}>
          {changes.map((one) => (
            <tr key={one.case ?? one.feature}>
              <td>
                <ChangeMark kind={one.change} /> {one.name}
              </td>
              <td>{standingOf(one)}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  )
}

function Active({ told }: { told: Briefing }) {
  const t = briefingWords.value
  const layer = layerById(CASES)
  const phase = layer?.fields.find(({ name }) => name === 'phase')
  const { features, number_matched: matched } = told.active
  const text = (value: unknown) => (typeof value === 'string' ? readablePlace(value) : null)
  if (matched === 0) return <p>{t.noActive}</p>
  return (
    <section>
      <h2>{t.active(matched)}</h2>
      <Table heads={[t.name, t.phase, t.place]}>
        {features
          .map((row) => ({ ...row, properties: { ...row.properties, ...casesById.value.get(row.id) } }))
          .map((row) => (
            <tr key={row.id}>
              <td>
                <a class="link" href={inLanguage(`/mapa?sel=${CASES}.${row.id}`)}>
                  {row.name}
                </a>
              </td>
              <td>{phase && formatValue(phase, row.properties.phase, lang.value, words.value)}</td>
              <td>
                {[row.properties.district, row.properties.province, row.properties.department]
                  .map(text)
                  .filter(Boolean)
                  .join(', ')}
              </td>
            </tr>
          ))}
      </Table>
      {features.length < matched && <p>{words.value.truncated(features.length, matched)}</p>}
    </section>
  )
}

/** One page about a department, to print or to send. */
export function BriefingPage() {
  const t = briefingWords.value
  const told = briefing.value
  const layer = layerById(CASES)
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data briefing" tabIndex={-1}>
        {!told && <h1>{t.title}</h1>}
        {nowhere.value && (
          <p class="data-failed" role="alert">
            {t.noDepartment}
          </p>
        )}
        {failed.value !== null && <LoadFailed error={failed.value} retry={() => void loadAsked()} />}
        {!told && failed.value === null && !nowhere.value && <p role="status">{t.loading}</p>}
        {told && (
          <>
            <h1>{t.of(readablePlace(told.department))}</h1>
            <p>
              {t.as(formatDate(told.day, lang.value))} {layer && <Badge nature={natureOf(layer.sources)} />}
            </p>
            <p class="data-actions">
              <button type="button" class="button is-main" onClick={() => print()}>
                {t.print}
              </button>
              <CopyButton icon="link" label={t.link} text={() => location.href} />
            </p>
            <States told={told} />
            <Changed told={told} />
            <Active told={told} />
            <Schemes told={told} />
            {told.feature !== null && (
              <p>
                <a class="link" href={inLanguage(`/expediente?capa=departments&id=${told.feature}`)}>
                  {t.overlaps}
                </a>
              </p>
            )}
            <section class="case-note">
              <h2>{t.sources}</h2>
              <p>
                {[
                  ...(layer?.sources.map((source) => `${source.source[lang.value]} (${licenceOf(source)})`) ??
                    []),
                  ...(layer && hasOwn(layer) ? [words.value.registers] : []),
                ].join('; ')}
              </p>
              <p>{t.not}</p>
              <p>
                {t.data(told.schemes[0]?.revision ?? told.changes.revision)} · {location.href}
              </p>
            </section>
          </>
        )}
      </main>
    </>
  )
}
