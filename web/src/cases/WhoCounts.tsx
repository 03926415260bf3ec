import { useEffect, useState } from 'preact/hooks'
import type { Condition, Stamp } from '../counts/counts'
import { lang } from '../i18n'
import { formatDate } from '../i18n/format'
import { inLanguage } from '../state/language'
import { ask, type Case, kinds, titleOfChoice, titleOfCode } from './cases'
import { caseWords } from './words'

interface DecidingFact {
  code: string | null
  valid_from: string | null
  source: string | null
}

interface Verdict {
  scheme: Stamp['scheme']
  counts: boolean
  /** The first condition that is not met; without one no source that the scheme uses tells a state. */
  condition: Condition | null
  facts: DecidingFact[]
}

interface Told {
  /** Why no scheme counts it, whatever is known of it. */
  uncounted_as: 'draft' | 'merged' | null
  schemes: Verdict[]
}

/** Which schemes count a case, and of those that do not, what they ask. */
export function WhoCounts({ shown }: { shown: Case }) {
  const t = caseWords.value
  const [told, setTold] = useState<Told | null>(null)
  useEffect(() => {
    let gone = false
    ask<Told>('GET', `/api/cases/${shown.id}/schemes`)
      .then((next) => !gone && setTold(next))
      .catch(() => {})
    return () => {
      gone = true
    }
  }, [shown.id, shown.version])
  if (!told || told.schemes.length === 0) return null
  const isOwn = shown.audience === 'own'
  const why = told.uncounted_as && { draft: t.countsNoDraft, merged: t.countsInOther }[told.uncounted_as]
  return (
    <section class="case-group">
      <h2>{t.whoCounts}</h2>
      {why ? (
        <p>{why}</p>
      ) : (
        <ul class="case-schemes">
          {told.schemes.map((verdict) => (
            <li key={verdict.scheme.id} data-counts={verdict.counts}>
              <a class="link" href={inLanguage(`/cifras?esquema=${verdict.scheme.id}`)}>
                {lang.value === 'en' ? verdict.scheme.title.en : verdict.scheme.title.es}
              </a>
              : <strong>{verdictOf(verdict, isOwn)}</strong>
              {!verdict.counts && (isOwn || verdict.condition) && (
                <span class="case-note">; {reasonOf(verdict)}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** Whether a scheme counts a case. Who does not see all of it is not told that its own institution does not, where nothing decides it. */
function verdictOf({ counts, condition }: Verdict, isOwn: boolean): string {
  const t = caseWords.value
  if (counts) return t.countsIt
  return isOwn || condition ? t.countsItNot : t.countsNotSaid
}

/** What a scheme asks that the case does not have, and what is known of it. */
function reasonOf({ condition, facts }: Verdict): string {
  const t = caseWords.value
  if (!condition) return t.asksForState
  const word = (code: string) => {
    const listed = kinds.value?.codes.find((one) => one.list === condition.kind && one.code === code)
    const kind = kinds.value?.kinds.find(({ id }) => id === condition.kind)
    const choice = kind?.choices?.find((one) => one.code === code)
    if (listed) return titleOfCode(listed)
    return choice ? titleOfChoice(choice) : code
  }
  const told = facts
    .filter(({ code }) => code !== null)
    .map(({ code, valid_from }) =>
      [word(code ?? ''), valid_from && formatDate(valid_from, lang.value)].filter(Boolean).join(', '),
    )
  const asks = t.asksThat(lang.value === 'en' ? condition.en : condition.es)
  return `${asks}; ${told.length > 0 ? t.byFacts(told.join('; ')) : t.noSuchFacts}`
}
