import { useEffect, useState } from 'preact/hooks'
import { LoadFailed } from '../data/LoadFailed'
import { PageHeader } from '../data/PageHeader'
import { lang, words } from '../i18n'
import { formatDate } from '../i18n/format'
import { person } from '../people/people'
import { inLanguage } from '../state/language'
import { Attachments } from './Attachments'
import { CaseHistory } from './CaseHistory'
import { CaseMap } from './CaseMap'
import { CasesNav } from './CasesNav'
import {
  ask,
  type Case,
  type Fact,
  type FactKind,
  failureIn,
  kinds,
  phaseOf,
  Refusal,
  sentenceOf,
  titleOfInstitution,
  titleOfKind,
  type Wrong,
  wordOf,
} from './cases'
import { FactForm } from './FactForm'
import { FactView } from './FactView'
import { Failed } from './Failed'
import { PublishFacts } from './PublishFacts'
import { Sharing } from './Sharing'
import { Similar } from './Similar'
import { useAskBeforeLeaving } from './unsaved'
import { WhoCounts } from './WhoCounts'
import { caseWords } from './words'

/** Kinds of facts, in the order a reader asks. */
const GROUPS = [
  [
    'what',
    [
      'name',
      'other_name',
      'description',
      'scope',
      'type',
      'activity',
      'class',
      'test',
      'place',
      'cause',
      'trigger',
      'demand',
      'legislation',
    ],
  ],
  ['who', ['actor', 'sector']],
  ['when', ['state', 'event', 'agreement']],
  ['done', ['strategy', 'next_step', 'intervention']],
  ['linked', ['link']],
] as const

/** What is being written: a new fact of a kind, or the next version of one. */
interface Editing {
  kind: FactKind
  fact: Partial<Fact>
  wrong: Wrong[]
  /** What somebody else wrote meanwhile, and what was to be written. */
  both: { current: Fact; yours: Record<string, unknown> } | null
  /** So that what is sent twice is written once. */
  key: string
}

/** Where on the page something is written, and told when it is refused. */
type Part = 'page' | 'form' | 'sharing' | 'files' | 'merging'

/** What another case is called; null until that is known, or where there is none. */
function useNameOf(id: string | null): string | null {
  const [name, setName] = useState<string | null>(null)
  useEffect(() => {
    setName(null)
    if (!id) return
    let gone = false
    ask<Case>('GET', `/api/cases/${id}`)
      .then(({ summary, code }) => !gone && setName(summary.name ?? code))
      .catch(() => {})
    return () => {
      gone = true
    }
  }, [id])
  return name
}

/** One case, as the reader may see it. */
export function CasePage({ id }: { id: string }) {
  const t = caseWords.value
  const [shown, setShown] = useState<Case | null | undefined>(undefined)
  const [editing, setEditing] = useState<Editing | null>(null)
  const [failed, setFailed] = useState<{ at: Part; text: string }>({ at: 'page', text: '' })
  const [lost, setLost] = useState<unknown>(null)
  const [tries, setTries] = useState(0)
  useEffect(() => {
    ask<Case>('GET', `/api/cases/${encodeURIComponent(id)}`)
      .then((found) => {
        setShown(found)
        setLost(null)
      })
      .catch((error) => {
        if (error instanceof Refusal && error.problem.status === 404) setShown(null)
        else setLost(failureIn(error))
      })
  }, [id, tries])
  const isOwnOfficer =
    shown?.audience === 'own' &&
    person.value?.role === 'officer' &&
    person.value.institution === shown.institution
  // A record that goes on in another one is changed there.
  const mayWrite = isOwnOfficer && !shown.merged_into
  // What is written in the form and not kept; asked about before anything takes its place.
  const isDirty = useAskBeforeLeaving()
  const mayLeave = () => !isDirty.current || confirm(t.leaveSure)
  const leave = () => {
    isDirty.current = false
    setEditing(null)
  }
  const begin = (kind: FactKind, fact: Partial<Fact>) => {
    if (!mayLeave()) return
    isDirty.current = false
    setEditing({ kind, fact, wrong: [], both: null, key: crypto.randomUUID() })
  }
  const failedAt = (at: Part) => (failed.at === at ? failed.text : '')
  /** Writes something of a part of the page; of the form, what `yours` says. */
  const write = async (at: Part, work: () => Promise<Case>, yours?: Record<string, unknown>) => {
    const fail = (text: string) => setFailed({ at, text })
    fail('')
    try {
      setShown(await work())
      if (yours) leave()
    } catch (error) {
      if (!(error instanceof Refusal)) return fail(sentenceOf(error))
      const { errors, current } = error
      if (error.problem.status === 412 && !current) {
        // What others did meanwhile is shown; what was to be written was not.
        setShown(await ask<Case>('GET', `/api/cases/${id}`))
        return fail(t.changedMeanwhile)
      }
      if (editing && yours && current) return setEditing({ ...editing, wrong: [], both: { current, yours } })
      if (editing && yours && errors.length > 0) return setEditing({ ...editing, wrong: errors })
      fail(sentenceOf(error))
    }
  }
  const send = (fact: Record<string, unknown>, version = editing?.fact.version) => {
    if (!editing) return
    const { id: known } = editing.fact
    void write(
      'form',
      () =>
        known
          ? ask<Case>('PUT', `/api/cases/${id}/facts/${known}`, fact, { 'if-match': `"${version}"` })
          : ask<Case>('POST', `/api/cases/${id}/facts`, fact, { 'idempotency-key': editing.key }),
      fact,
    )
  }
  const remove = (fact: Fact) => {
    if (!confirm(t.removeSure)) return
    void write('page', () =>
      ask<Case>('DELETE', `/api/cases/${id}/facts/${fact.id}`, undefined, {
        'if-match': `"${fact.version}"`,
      }),
    )
  }
  const named = shown?.facts.find(({ kind, case: of }) => kind === 'name' && of === shown.id)
  // Never public by itself: what all may see is chosen.
  const usualClass = named?.source_class === 'reserved' ? 'reserved' : 'institutional'
  const other = useNameOf(shown?.merged_into ?? null)
  const own = person.value?.institution ?? ''
  // Records that go on in this one are known by their names, which came with them.
  const joined = (shown?.facts ?? []).filter(({ kind, case: of }) => kind === 'name' && of !== shown?.id)
  const names = new Map(joined.map((fact) => [fact.case, String(fact.name)]))
  if (shown?.merged_into && other) names.set(shown.merged_into, other)
  const formOf = (kind: FactKind, of: string | undefined) => {
    if (editing?.kind.id !== kind.id || editing.fact.id !== of) return null
    const { both } = editing
    if (both) {
      return (
        <div class="case-both" role="alert">
          <p>{t.conflict}</p>
          <h4>{t.theirs}</h4>
          <FactView fact={both.current} />
          <h4>{t.yours}</h4>
          <FactView fact={{ ...both.yours, id: both.current.id, case: id, kind: kind.id }} />
          <p class="data-actions">
            <button
              type="button"
              class="button is-main"
              onClick={() => send(both.yours, both.current.version)}
            >
              {t.overwrite}
            </button>
            <button
              type="button"
              class="button"
              onClick={() => void write('form', () => ask<Case>('GET', `/api/cases/${id}`), both.yours)}
            >
              {t.keepTheirs}
            </button>
          </p>
        </div>
      )
    }
    return (
      <FactForm
        kind={kind}
        fact={editing.fact}
        own={own}
        wrong={editing.wrong}
        usual={usualClass}
        title={of ? titleOfKind(kind.id) : t.addWhat(titleOfKind(kind.id))}
        isDirty={isDirty}
        failed={failedAt('form')}
        send={send}
        cancel={() => mayLeave() && leave()}
      />
    )
  }
  const summary = shown?.summary
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data" tabIndex={-1}>
        <CasesNav />
        {shown === null && (
          <>
            <h1>{t.case}</h1>
            <p>{t.unknown}</p>
          </>
        )}
        <Failed text={failedAt('page')} />
        {lost !== null && <LoadFailed error={lost} retry={() => setTries(tries + 1)} />}
        {shown === undefined && lost === null && <p role="status">{words.value.loading}</p>}
        {shown && summary && (
          <>
            <h1>{summary.name ?? shown.code}</h1>
            <p class="case-head">
              <span>{shown.code}</span>
              <span>{titleOfInstitution(shown.institution)}</span>
              {summary.state && (
                <span>
                  {wordOf('state', summary.state)}
                  {summary.phase && ` · ${phaseOf(summary.phase)}`}
                  {summary.state_since && ` · ${formatDate(summary.state_since, lang.value)}`}
                </span>
              )}
              <span>
                {[summary.district, summary.province, summary.department].filter(Boolean).join(', ')}
              </span>
              {shown.draft && <strong>{t.draft}</strong>}
              {shown.synthetic && <strong>{t.synthetic}</strong>}
            </p>
            {shown.merged_into && (
              <p class="data-stale">
                {t.mergedInto}{' '}
                <a class="link" href={inLanguage(`/caso/${shown.merged_into}`)}>
                  {other ?? t.otherRecord}
                </a>
                .
              </p>
            )}
            {joined.length > 0 && (
              <p class="case-note">
                {t.joins}{' '}
                {joined.map((fact, place) => (
                  <span key={fact.case}>
                    {place > 0 && ', '}
                    <a class="link" href={inLanguage(`/caso/${fact.case}`)}>
                      {String(fact.name)}
                    </a>
                  </span>
                ))}
                .
              </p>
            )}
            <p class="data-hint">{t.audiences[shown.audience]}</p>
            {shown.facts_left_off && <p class="data-stale">{t.factsLeftOff(shown.facts.length)}</p>}
            <CaseMap shown={shown} />
            {GROUPS.map(([group, ids]) => {
              const there = ids.flatMap((kindId) => {
                const kind = kinds.value?.kinds.find((one) => one.id === kindId)
                // What is of the case itself comes before what a merged record brought.
                const isOther = (fact: Fact) => Number(fact.case !== shown.id)
                const facts = shown.facts
                  .filter((fact) => fact.kind === kindId)
                  .toSorted((one, next) => isOther(one) - isOther(next))
                return kind ? [{ kind, facts }] : []
              })
              const isOpen = ({ kind, facts }: (typeof there)[number]) =>
                facts.length > 0 || (editing?.kind.id === kind.id && !editing.fact.id)
              const told = there.filter(isOpen)
              const others = mayWrite ? there.filter((one) => !isOpen(one)) : []
              if (told.length + others.length === 0) return null
              return (
                <section key={group} class="case-group">
                  <h2>{t.groups[group]}</h2>
                  {told.map(({ kind, facts }) => (
                    <div key={kind.id} class="case-kind" data-kind={kind.id}>
                      <h3>{titleOfKind(kind.id)}</h3>
                      <ul>
                        {facts.map((fact) => (
                          <li key={fact.id}>
                            {formOf(kind, fact.id) ?? (
                              <>
                                <FactView fact={fact} />
                                {fact.case !== shown.id && (
                                  <p class="case-note">
                                    <a class="link" href={inLanguage(`/caso/${fact.case}`)}>
                                      {t.ofMerged}
                                    </a>
                                  </p>
                                )}
                                {mayWrite && fact.case === shown.id && (
                                  <p class="case-tools">
                                    <button type="button" class="link" onClick={() => begin(kind, fact)}>
                                      {t.change} <span class="visually-hidden">{titleOfKind(kind.id)}</span>
                                    </button>
                                    {kind.id !== 'name' && (
                                      <button type="button" class="link" onClick={() => remove(fact)}>
                                        {t.remove} <span class="visually-hidden">{titleOfKind(kind.id)}</span>
                                      </button>
                                    )}
                                  </p>
                                )}
                              </>
                            )}
                          </li>
                        ))}
                      </ul>
                      {mayWrite &&
                        !(kind.single && facts.length > 0) &&
                        (formOf(kind, undefined) ?? (
                          <button type="button" class="link" onClick={() => begin(kind, {})}>
                            {t.add} <span class="visually-hidden">{titleOfKind(kind.id)}</span>
                          </button>
                        ))}
                    </div>
                  ))}
                  {others.length > 0 && (
                    <p class="case-add">
                      <span>{t.alsoThere}:</span>
                      {others.map(({ kind }) => (
                        <button
                          key={kind.id}
                          type="button"
                          class="link"
                          data-add={kind.id}
                          onClick={() => begin(kind, {})}
                        >
                          {titleOfKind(kind.id)}
                        </button>
                      ))}
                    </p>
                  )}
                </section>
              )
            })}
            <WhoCounts shown={shown} />
            {mayWrite && (
              <Sharing
                key={shown.version}
                shown={shown}
                failed={failedAt('sharing')}
                send={(next) =>
                  void write('sharing', () =>
                    ask<Case>('PATCH', `/api/cases/${id}`, next, { 'if-match': `"${shown.version}"` }),
                  )
                }
              />
            )}
            {mayWrite && (
              <PublishFacts
                key={`facts ${shown.version}`}
                shown={shown}
                done={() => void write('sharing', () => ask<Case>('GET', `/api/cases/${id}`))}
              />
            )}
            {shown.audience !== 'public' && (
              <Attachments
                id={shown.id}
                mayWrite={mayWrite}
                changed={() => void write('files', () => ask<Case>('GET', `/api/cases/${id}`))}
              />
            )}
            {(mayWrite || (isOwnOfficer && shown.merged_into)) && (
              <Similar
                shown={shown}
                failed={failedAt('merging')}
                merge={(into) =>
                  void write('merging', () =>
                    ask<Case>(
                      'PUT',
                      `/api/cases/${id}/merge`,
                      { into },
                      { 'if-match': `"${shown.version}"` },
                    ),
                  )
                }
                part={() =>
                  void write('merging', () =>
                    ask<Case>('DELETE', `/api/cases/${id}/merge`, undefined, {
                      'if-match': `"${shown.version}"`,
                    }),
                  )
                }
              />
            )}
            {shown.audience === 'own' && (
              <CaseHistory id={shown.id} version={shown.version ?? 0} names={names} />
            )}
          </>
        )}
      </main>
    </>
  )
}
