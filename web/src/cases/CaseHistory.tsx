import { useState } from 'preact/hooks'
import { lang } from '../i18n'
import { formatDate, formatTime } from '../i18n/format'
import { ask, type Fact, titleOfKind } from './cases'
import { FactView } from './FactView'
import { caseWords } from './words'

interface Happening {
  at: string
  account: string | null
  change: string
  detail: Partial<Fact>
}

/** What became of a case, fetched when it is opened. */
export function CaseHistory({ id, version }: { id: string; version: number }) {
  const t = caseWords.value
  const [happened, setHappened] = useState<{ version: number; events: Happening[] } | null>(null)
  const load = async () => {
    if (happened?.version === version) return
    const { history } = await ask<{ history: Happening[] }>('GET', `/api/cases/${id}/history`)
    setHappened({ version, events: history })
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
            </p>
            {event.detail.kind && event.detail.source_class !== undefined && (
              <FactView fact={{ ...event.detail, recorded_from: undefined } as Fact} />
            )}
          </li>
        ))}
      </ol>
    </details>
  )
}
