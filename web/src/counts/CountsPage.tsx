import { useEffect, useState } from 'preact/hooks'
import { CasesNav } from '../cases/CasesNav'
import { ask, failureIn } from '../cases/cases'
import { LoadFailed } from '../data/LoadFailed'
import { PageHeader } from '../data/PageHeader'
import { lang, words } from '../i18n'
import { formatDate } from '../i18n/format'
import { type Asked, addressOf, askedInAddress, type Behind, TOTAL } from './asked'
import { CasesBehind } from './CasesBehind'
import { type Counts, type Differences, type Month, type Scheme, type Stamp, titleOfScheme } from './counts'
import { GroupTable } from './GroupTable'
import { MonthCounts } from './MonthCounts'
import { NumberLink } from './NumberLink'
import { WhyDifferent } from './WhyDifferent'
import { countsWords } from './words'

/** What a number says of itself. */
function StampLine({ of }: { of: Stamp }) {
  const t = countsWords.value
  const { title, definition, version } = of.scheme
  return (
    <p class="case-note">
      {t.stamp(
        lang.value === 'en' ? title.en : title.es,
        version,
        formatDate(of.as_of, lang.value),
        of.revision,
      )}{' '}
      {lang.value === 'en' ? definition.en : definition.es} {of.seen_by ? t.seenByOwn : t.seenByPublic}{' '}
      {t.behindHint}
    </p>
  )
}

/** What the server answered. */
interface Told {
  counts: Counts | null
  month: Month | null
  differences: Differences | null
}

async function load(asked: Asked): Promise<Told> {
  const scheme = `/api/schemes/${asked.scheme}`
  if (asked.month) {
    const month = await ask<Month>('GET', `${scheme}/month?${new URLSearchParams({ month: asked.month })}`)
    return { counts: null, month, differences: null }
  }
  const day: Record<string, string> = asked.day ? { asOf: asked.day } : {}
  const counts = await ask<Counts>('GET', `${scheme}/counts?${new URLSearchParams({ by: asked.by, ...day })}`)
  const why = asked.with && new URLSearchParams({ with: asked.with, ...day })
  const differences = why ? await ask<Differences>('GET', `${scheme}/differences?${why}`) : null
  return { counts, month: null, differences }
}

/** How many cases a scheme counts, which they are, and why another counts otherwise. */
export function CountsPage() {
  const t = countsWords.value
  const [asked, setAsked] = useState(askedInAddress)
  const [schemes, setSchemes] = useState<Scheme[]>([])
  const [told, setTold] = useState<Told | null>(null)
  const [failed, setFailed] = useState<unknown>(null)
  const [tries, setTries] = useState(0)
  useEffect(() => {
    ask<{ schemes: Scheme[] }>('GET', '/api/schemes')
      .then(({ schemes: there }) => setSchemes(there))
      .catch((error) => setFailed(failureIn(error)))
  }, [tries])
  const { scheme, by, day, month, with: other } = asked
  useEffect(() => {
    let gone = false
    load(asked)
      .then((next) => {
        if (gone) return
        setTold(next)
        setFailed(null)
      })
      .catch((error) => !gone && setFailed(failureIn(error)))
    return () => {
      gone = true
    }
  }, [scheme, by, day, month, other, tries])
  useEffect(() => history.replaceState(null, '', addressOf(asked)), [asked])
  const set = (next: Partial<Asked>) => {
    const all = { ...asked, behind: null, ...next }
    // (A scheme does not differ from itself.)
    setAsked(all.with === all.scheme ? { ...all, with: '' } : all)
  }
  const hrefOf = (behind: Behind) => addressOf({ ...asked, behind })
  const show = (behind: Behind) => set({ behind })
  const links = { hrefOf, show }
  const counted = told?.month ?? told?.counts
  const today = new Date().toLocaleDateString('sv', { timeZone: 'America/Lima' })
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data" tabIndex={-1}>
        <CasesNav />
        <h1>{t.counts}</h1>
        <form class="data-import data-options" onSubmit={(event) => event.preventDefault()}>
          <label>
            <span>{t.scheme}</span>
            <select value={scheme} onChange={(event) => set({ scheme: event.currentTarget.value })}>
              {schemes.map((one) => (
                <option key={one.id} value={one.id}>
                  {titleOfScheme(one)}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t.groupedBy}</span>
            <select
              value={by}
              disabled={month !== ''}
              onChange={(event) => set({ by: event.currentTarget.value })}
            >
              {Object.entries(t.groupings).map(([each, title]) => (
                <option key={each} value={each}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t.asOf}</span>
            <input
              type="date"
              max={today}
              value={month ? '' : day}
              onChange={(event) => set({ day: event.currentTarget.value, month: '' })}
            />
          </label>
          <label>
            <span>{t.month}</span>
            <input
              type="month"
              max={today.slice(0, 7)}
              value={month}
              onChange={(event) => set({ month: event.currentTarget.value })}
            />
          </label>
          <label>
            <span>{t.comparedWith}</span>
            <select
              value={other}
              disabled={month !== ''}
              onChange={(event) => set({ with: event.currentTarget.value })}
            >
              <option value="">{t.nothingToCompare}</option>
              {schemes
                .filter(({ id }) => id !== scheme)
                .map((one) => (
                  <option key={one.id} value={one.id}>
                    {titleOfScheme(one)}
                  </option>
                ))}
            </select>
          </label>
        </form>
        {failed !== null && <LoadFailed error={failed} retry={() => setTries(tries + 1)} />}
        {!told && failed === null && <p role="status">{words.value.loading}</p>}
        {counted && (
          <section class="case-group">
            <p class="case-total" role="status">
              <strong>
                <NumberLink count={counted.total} behind={TOTAL} {...links} />
              </strong>{' '}
              {t.counted(counted.total)}
            </p>
            <StampLine of={counted} />
            {counted.total === 0 && <p class="data-stale">{words.value.registerUncounted}</p>}
            {told?.counts && told.counts.groups.length > 0 && (
              <GroupTable
                title={t.groupings[told.counts.by] ?? told.counts.by}
                by={told.counts.by}
                scheme={told.counts.scheme}
                groups={told.counts.groups}
                total={told.counts.total}
                part="total"
                {...links}
              />
            )}
            {told?.month && <MonthCounts month={told.month} {...links} />}
          </section>
        )}
        {asked.behind && (
          <CasesBehind asked={{ ...asked, behind: asked.behind }} close={() => set({ behind: null })} />
        )}
        {told?.differences && <WhyDifferent differences={told.differences} />}
      </main>
    </>
  )
}
