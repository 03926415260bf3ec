import { useEffect, useState } from 'preact/hooks'
import { LoadFailed } from '../data/LoadFailed'
import { PageHeader } from '../data/PageHeader'
import { Table } from '../data/Table'
import { lang, words } from '../i18n'
import { person } from '../people/people'
import { inLanguage } from '../state/language'
import { CasesNav } from './CasesNav'
import {
  ask,
  type CaseRow,
  failureIn,
  kinds,
  phaseOf,
  titleOfChoice,
  titleOfInstitution,
  wordOf,
} from './cases'
import { RegisterImport } from './RegisterImport'
import { ReleaseDrafts } from './ReleaseDrafts'
import { caseWords } from './words'

const PAGE = 200
const FILTERS = ['q', 'state', 'institution', 'draft'] as const
const NO_FILTERS: Filters = { q: '', state: '', institution: '', draft: '' }
type Filters = Record<(typeof FILTERS)[number], string>

/** The address keeps what is looked for. */
function filtersOfAddress(): Filters {
  const query = new URLSearchParams(location.search)
  return {
    q: query.get('q') ?? '',
    state: query.get('state') ?? '',
    institution: query.get('institution') ?? '',
    draft: query.get('draft') === 'true' ? 'true' : '',
  }
}

function keepInAddress(filters: Filters): void {
  const query = new URLSearchParams(location.search)
  for (const name of FILTERS) {
    if (filters[name]) query.set(name, filters[name])
    else query.delete(name)
  }
  const text = query.toString()
  history.replaceState(null, '', text ? `?${text}` : location.pathname)
}

/** The file of what is listed. */
function exportOf(filters: Filters, format: string): string {
  const query = new URLSearchParams({ f: format, lang: lang.value })
  for (const name of FILTERS) if (filters[name]) query.set(name, filters[name])
  return `/api/cases/export?${query}`
}

/** Cases that the reader may see. */
export function CasesPage() {
  const t = caseWords.value
  const [filters, setFilters] = useState(filtersOfAddress)
  const [rows, setRows] = useState<CaseRow[] | null>(null)
  const [matched, setMatched] = useState(0)
  const [failed, setFailed] = useState<unknown>(null)
  const [said, setSaid] = useState('')
  const load = async (offset: number) => {
    const query = new URLSearchParams({ offset: String(offset), limit: String(PAGE) })
    for (const name of FILTERS) if (filters[name]) query.set(name, filters[name])
    try {
      const answer = await ask<{ cases: CaseRow[]; number_matched: number }>('GET', `/api/cases?${query}`)
      setRows((before) => (offset ? [...(before ?? []), ...answer.cases] : answer.cases))
      if (!offset || answer.number_matched) setMatched(answer.number_matched)
      setFailed(null)
    } catch (error) {
      setFailed(failureIn(error))
    }
  }
  useEffect(() => {
    keepInAddress(filters)
    const wait = setTimeout(() => void load(0), 150)
    return () => clearTimeout(wait)
  }, [filters])
  const set = (name: keyof Filters, value: string) => {
    setSaid('')
    setFilters({ ...filters, [name]: value })
  }
  const states = kinds.value?.kinds.find(({ id }) => id === 'state')?.choices ?? []
  const isFiltered = FILTERS.some((name) => filters[name])
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data" tabIndex={-1}>
        <CasesNav />
        <h1>{t.cases}</h1>
        {said && (
          <p class="case-said" role="status">
            {said}
          </p>
        )}
        {person.value?.role === 'officer' && (
          <p class="data-actions">
            <a class="button is-main" href={inLanguage('/caso/nuevo')}>
              {t.newCase}
            </a>
          </p>
        )}
        <form class="data-import data-options" onSubmit={(event) => event.preventDefault()}>
          <label class="is-wide">
            <span>{t.search}</span>
            <input type="search" value={filters.q} onInput={(event) => set('q', event.currentTarget.value)} />
          </label>
          <label>
            <span>{t.state}</span>
            <select value={filters.state} onChange={(event) => set('state', event.currentTarget.value)}>
              <option value="">{t.allStates}</option>
              {states.map((state) => (
                <option key={state.code} value={state.code}>
                  {titleOfChoice(state)}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t.institution}</span>
            <select
              value={filters.institution}
              onChange={(event) => set('institution', event.currentTarget.value)}
            >
              <option value="">{t.allInstitutions}</option>
              {(kinds.value?.institutions ?? []).map(({ id }) => (
                <option key={id} value={id}>
                  {titleOfInstitution(id)}
                </option>
              ))}
            </select>
          </label>
          {person.value?.role === 'officer' && (
            <label class="data-check">
              <input
                type="checkbox"
                checked={filters.draft === 'true'}
                onChange={(event) => set('draft', event.currentTarget.checked ? 'true' : '')}
              />
              <span>{t.onlyDrafts}</span>
            </label>
          )}
        </form>
        {failed !== null && <LoadFailed error={failed} retry={() => void load(0)} />}
        {!rows && failed === null && <p role="status">{words.value.loading}</p>}
        {rows && filters.draft && rows.length > 0 && person.value?.role === 'officer' && (
          <ReleaseDrafts
            key={JSON.stringify(filters)}
            rows={rows}
            matched={matched}
            done={() => void load(0)}
          />
        )}
        {rows && (
          <p class="case-matched" role="status">
            {rows.length ? t.matched(matched) : isFiltered ? t.none : `${t.noneYet} ${t.notOfMap}`}{' '}
            {isFiltered && (
              <button type="button" class="link" onClick={() => setFilters(NO_FILTERS)}>
                {t.clear}
              </button>
            )}
          </p>
        )}
        {rows && rows.length > 0 && (
          <Table heads={[t.name, t.state, t.type, t.place, t.institution, t.events]}>
            {rows.map((row) => (
              <tr key={row.id}>
                <td>
                  <a class="link" href={inLanguage(`/caso/${row.id}`)}>
                    {row.name ?? row.code}
                  </a>
                  <small class="case-code">
                    {row.code}
                    {row.draft && ` · ${t.draft}`}
                    {row.synthetic && ` · ${t.synthetic}`}
                  </small>
                </td>
                <td>
                  {wordOf('state', row.state)}
                  {row.phase && <small class="case-code">{phaseOf(row.phase)}</small>}
                </td>
                <td>{wordOf('type', row.type)}</td>
                <td>{[row.district, row.province, row.department].filter(Boolean).join(', ')}</td>
                <td>{titleOfInstitution(row.institution)}</td>
                <td class="is-number">{row.events}</td>
              </tr>
            ))}
          </Table>
        )}
        {rows && rows.length < matched && (
          <p>
            <button type="button" class="button" onClick={() => void load(rows.length)}>
              {t.more}
            </button>
          </p>
        )}
        {rows && rows.length > 0 && (
          <p class="case-note">
            {t.takeAway}:{' '}
            <a class="link" href={exportOf(filters, 'csv')} download>
              CSV
            </a>{' '}
            ·{' '}
            <a class="link" href={exportOf(filters, 'xlsx')} download>
              XLSX
            </a>
          </p>
        )}
        {person.value?.role === 'officer' && (
          <RegisterImport
            done={(text) => {
              setSaid(text)
              scrollTo({ top: 0 })
              document.querySelector('main')?.scrollTo({ top: 0 })
              void load(0)
            }}
          />
        )}
      </main>
    </>
  )
}
