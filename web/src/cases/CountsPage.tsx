import { useEffect, useState } from 'preact/hooks'
import { LoadFailed } from '../data/LoadFailed'
import { PageHeader } from '../data/PageHeader'
import { Table } from '../data/Table'
import { lang, words } from '../i18n'
import { formatDate, formatNumber } from '../i18n/format'
import { inLanguage } from '../state/language'
import { CasesNav } from './CasesNav'
import { ask, failureIn } from './cases'
import {
  type Condition,
  type Counts,
  type Differences,
  type Scheme,
  titleOfGroup,
  titleOfScheme,
} from './counts'
import { caseWords } from './words'

interface Asked {
  scheme: string
  by: string
  day: string
  with: string
}

const askedInAddress = (): Asked => {
  const query = new URLSearchParams(location.search)
  return {
    scheme: query.get('esquema') ?? 'defensoria',
    by: query.get('por') ?? 'type',
    day: query.get('al') ?? '',
    with: query.get('contra') ?? '',
  }
}

function keepInAddress(asked: Asked): void {
  const query = new URLSearchParams(location.search)
  const members = { esquema: asked.scheme, por: asked.by, al: asked.day, contra: asked.with }
  for (const [name, value] of Object.entries(members)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  history.replaceState(null, '', `?${query}`)
}

const told = (condition: Condition | null) => {
  if (!condition) return caseWords.value.otherSources
  return lang.value === 'en' ? condition.en : condition.es
}

/** The cases that one scheme counts and the other does not. */
function OnlyIn({ title, cases }: { title: string; cases: Differences['only_one'] }) {
  const t = caseWords.value
  return (
    <details class="case-only" open={cases.length > 0 && cases.length <= 20}>
      <summary>
        <h3>
          {title} ({formatNumber(cases.length, lang.value)})
        </h3>
      </summary>
      <ul>
        {cases.map((one) => (
          <li key={one.id}>
            <a class="link" href={inLanguage(`/caso/${one.id}`)}>
              {one.name ?? one.code}
            </a>{' '}
            <span class="case-note">{t.lacks(told(one.condition))}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** How many cases a scheme counts, and why another counts otherwise. */
export function CountsPage() {
  const t = caseWords.value
  const [asked, setAsked] = useState(askedInAddress)
  const [schemes, setSchemes] = useState<Scheme[]>([])
  const [counts, setCounts] = useState<Counts | null>(null)
  const [differences, setDifferences] = useState<Differences | null>(null)
  const [failed, setFailed] = useState<unknown>(null)
  const [tries, setTries] = useState(0)
  useEffect(() => {
    ask<{ schemes: Scheme[] }>('GET', '/api/schemes')
      .then(({ schemes: there }) => setSchemes(there))
      .catch((error) => setFailed(failureIn(error)))
  }, [tries])
  useEffect(() => {
    keepInAddress(asked)
    let gone = false
    const day: Record<string, string> = asked.day ? { asOf: asked.day } : {}
    const load = async () => {
      const query = new URLSearchParams({ by: asked.by, ...day })
      const next = await ask<Counts>('GET', `/api/schemes/${asked.scheme}/counts?${query}`)
      const why = asked.with
        ? await ask<Differences>(
            'GET',
            `/api/schemes/${asked.scheme}/differences?${new URLSearchParams({ with: asked.with, ...day })}`,
          )
        : null
      if (gone) return
      setCounts(next)
      setDifferences(why)
      setFailed(null)
    }
    load().catch((error) => !gone && setFailed(failureIn(error)))
    return () => {
      gone = true
    }
  }, [asked, tries])
  const set = (name: keyof Asked, value: string) => {
    const next = { ...asked, [name]: value }
    // (A scheme does not differ from itself.)
    setAsked(next.with === next.scheme ? { ...next, with: '' } : next)
  }
  const most = Math.max(1, ...(counts?.groups ?? []).map(({ count }) => count))
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data" tabIndex={-1}>
        <CasesNav />
        <h1>{t.counts}</h1>
        <form class="data-import data-options" onSubmit={(event) => event.preventDefault()}>
          <label>
            <span>{t.scheme}</span>
            <select value={asked.scheme} onChange={(event) => set('scheme', event.currentTarget.value)}>
              {schemes.map((scheme) => (
                <option key={scheme.id} value={scheme.id}>
                  {titleOfScheme(scheme)}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t.groupedBy}</span>
            <select value={asked.by} onChange={(event) => set('by', event.currentTarget.value)}>
              {Object.entries(t.groupings).map(([by, title]) => (
                <option key={by} value={by}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t.asOf}</span>
            <input
              type="date"
              value={asked.day}
              onChange={(event) => set('day', event.currentTarget.value)}
            />
          </label>
          <label>
            <span>{t.comparedWith}</span>
            <select value={asked.with} onChange={(event) => set('with', event.currentTarget.value)}>
              <option value="">{t.nothingToCompare}</option>
              {schemes
                .filter(({ id }) => id !== asked.scheme)
                .map((scheme) => (
                  <option key={scheme.id} value={scheme.id}>
                    {titleOfScheme(scheme)}
                  </option>
                ))}
            </select>
          </label>
        </form>
        {failed !== null && <LoadFailed error={failed} retry={() => setTries(tries + 1)} />}
        {!counts && failed === null && <p role="status">{words.value.loading}</p>}
        {counts && (
          <section class="case-group">
            <p class="case-total" role="status">
              <strong>{formatNumber(counts.total, lang.value)}</strong> {t.counted(counts.total)}
            </p>
            <p class="case-note">
              {t.stamp(
                lang.value === 'en' ? counts.scheme.title.en : counts.scheme.title.es,
                counts.scheme.version,
                formatDate(counts.as_of, lang.value),
                counts.revision,
              )}{' '}
              {lang.value === 'en' ? counts.scheme.definition.en : counts.scheme.definition.es}{' '}
              {counts.seen_by ? t.seenByOwn : t.seenByPublic}
            </p>
            {counts.total === 0 && <p class="data-stale">{words.value.registerUncounted}</p>}
            {counts.groups.length > 0 && (
              <Table heads={[t.groupings[counts.by] ?? counts.by, t.cases, t.share]}>
                {counts.groups.map(({ value, count }) => (
                  <tr key={value}>
                    <td>{titleOfGroup(counts, value)}</td>
                    <td class="is-number">{formatNumber(count, lang.value)}</td>
                    <td>
                      <meter class="case-bar" min={0} max={most} value={count} aria-hidden="true" />{' '}
                      {formatNumber((100 * count) / counts.total, lang.value, 1)} %
                    </td>
                  </tr>
                ))}
              </Table>
            )}
          </section>
        )}
        {differences && counts && (
          <section class="case-group">
            <h2>{t.whyDifferent}</h2>
            <p>
              {t.compared(
                formatNumber(differences.totals.one, lang.value),
                formatNumber(differences.totals.other, lang.value),
                formatNumber(differences.totals.both, lang.value),
              )}
            </p>
            <OnlyIn
              title={t.onlyIn(
                lang.value === 'en' ? differences.one.scheme.title.en : differences.one.scheme.title.es,
              )}
              cases={differences.only_one}
            />
            <OnlyIn
              title={t.onlyIn(
                lang.value === 'en' ? differences.other.scheme.title.en : differences.other.scheme.title.es,
              )}
              cases={differences.only_other}
            />
          </section>
        )}
      </main>
    </>
  )
}
