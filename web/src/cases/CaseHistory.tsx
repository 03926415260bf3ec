import { useState } from 'preact/hooks'
import { lang } from '../i18n'
import { formatDate, formatTime } from '../i18n/format'
import { inLanguage } from '../state/language'
import {
  ask,
  type Case,
  type Fact,
  fieldsOf,
  kinds,
  say,
  titleOfField,
  titleOfInstitution,
  titleOfKind,
} from './cases'
import { FactView } from './FactView'
import { caseWords } from './words'

interface Happening {
  at: string
  account: string | null
  change: string
  detail: Partial<Fact>
}

interface SharingTold {
  sharing: 'own' | 'shared' | 'public'
  shared_with: string[]
  draft: boolean
}

/** Who could see a case before, and who could after. */
function SharingChange({ detail }: { detail: Record<string, unknown> }) {
  const t = caseWords.value
  const say = ({ sharing, shared_with, draft }: SharingTold) =>
    [t.sharings[sharing], draft ? t.draft : '', shared_with.map(titleOfInstitution).join(', ')]
      .filter(Boolean)
      .join(' · ')
  const [before, after] = [detail.before, detail.after] as (SharingTold | undefined)[]
  if (!before || !after) return null
  return (
    <p class="case-changes">
      <del>{say(before)}</del> → <ins>{say(after)}</ins>
    </p>
  )
}

/** A version of a fact: the first as it is, a later one by what it changed. */
function VersionView({ event, all }: { event: Happening; all: Happening[] }) {
  const { detail } = event
  const earlier = all.find(
    ({ detail: other }) => other.id === detail.id && other.version === Number(detail.version) - 1,
  )
  return earlier && earlier.detail.source_class !== undefined ? (
    <Differences now={detail} before={earlier.detail} />
  ) : (
    <FactView fact={{ ...detail, recorded_from: undefined } as Fact} />
  )
}

/** What is said of a source; its class in words. */
function sourceWord(name: string, value: unknown): string {
  const text = String(value ?? '')
  const classes: Record<string, string> = caseWords.value.sourceClasses
  return name === 'source_class' ? (classes[text] ?? text) : text
}

/** What a version says otherwise than the one before it. */
function Differences({ now, before }: { now: Partial<Fact>; before: Partial<Fact> }) {
  const t = caseWords.value
  const kind = kinds.value?.kinds.find((one) => one.id === now.kind)
  if (!kind) return null
  const told = fieldsOf(kind).map(({ field }) => ({
    name: field.name,
    title: titleOfField(field, kind),
    was: say(before as Fact, field),
    is: say(now as Fact, field),
  }))
  const source = (['source_class', 'source', 'source_url', 'source_on'] as const).map((name) => ({
    name,
    title: t.sourceFields[name],
    was: sourceWord(name, before[name]),
    is: sourceWord(name, now[name]),
  }))
  const changed = [...told, ...source].filter(({ was, is }) => was !== is)
  if (changed.length === 0) return <p class="case-changes">{t.nothingSeenChanged}</p>
  return (
    <ul class="case-changes">
      {changed.map(({ name, title, was, is }) => (
        <li key={name}>
          {title}: <del>{was || t.empty}</del> → <ins>{is || t.empty}</ins>
        </li>
      ))}
    </ul>
  )
}

interface HistoryProps {
  id: string
  version: number
  /** What other records are called that it was merged with. */
  names: Map<string, string>
}

/** What became of a case, fetched when it is opened. */
export function CaseHistory({ id, version, names }: HistoryProps) {
  const t = caseWords.value
  const [happened, setHappened] = useState<{ version: number; events: Happening[] } | null>(null)
  const [asked, setAsked] = useState(new Map<string, string>())
  const load = async () => {
    if (happened?.version === version) return
    const { history } = await ask<{ history: Happening[] }>('GET', `/api/cases/${id}/history`)
    setHappened({ version, events: history })
    // Records that it was parted from are known by their names no more: they are asked for.
    const others = history.flatMap(({ detail }) => [detail.into, detail.case].map(String))
    for (const other of new Set(others.filter((one) => /^[0-9a-f-]{36}$/.test(one) && one !== id))) {
      if (names.has(other)) continue
      const found = await ask<Case>('GET', `/api/cases/${other}`).catch(() => null)
      if (found) setAsked((before) => new Map(before).set(other, found.summary.name ?? found.code))
    }
  }
  return (
    <details class="case-history" onToggle={(event) => event.currentTarget.open && void load()}>
      <summary>
        <h2>{t.history}</h2>
      </summary>
      <ol>
        {happened?.events.map((event, place) => (
          <li key={`${event.at} ${place}`}>
            <p>
              <time dateTime={event.at}>
                {formatDate(event.at, lang.value)} {formatTime(new Date(event.at), lang.value)}
              </time>{' '}
              · {event.account ?? t.somebody} {t.changes[event.change] ?? event.change}
              {event.detail.kind && `: ${titleOfKind(event.detail.kind)}`}
              {event.change.startsWith('file.') && `: ${event.detail.name}`}
            </p>
            {['merged', 'unmerged'].includes(event.change) && (
              <p class="case-changes">
                {[event.detail.into, event.detail.case]
                  .filter((other) => other && other !== id)
                  .map((other) => (
                    <a key={String(other)} class="link" href={inLanguage(`/caso/${other}`)}>
                      {names.get(String(other)) ?? asked.get(String(other)) ?? t.otherRecord}
                    </a>
                  ))}
              </p>
            )}
            {event.change === 'changed' && <SharingChange detail={event.detail} />}
            {event.detail.kind && event.detail.source_class !== undefined && (
              <VersionView event={event} all={happened.events} />
            )}
          </li>
        ))}
      </ol>
    </details>
  )
}
