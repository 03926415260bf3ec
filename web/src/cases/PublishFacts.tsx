import { useState } from 'preact/hooks'
import { ask, type Case, type Fact, fieldsOf, kinds, sentenceOf, titleOfKind } from './cases'
import { Failed } from './Failed'
import { caseWords } from './words'

interface Props {
  shown: Case
  /** Something was changed. */
  done: () => void
}

/** Kinds whose facts are mostly public; those that name people or tell what was done are left to whoever knows. */
const USUAL = ['name', 'scope', 'type', 'activity', 'test', 'state', 'place']
const SOURCE = ['source', 'source_url', 'source_on']

/** Facts from the work of the institution that may be told to all. What is reserved or would endanger somebody is told one by one. */
const offered = (shown: Case) =>
  shown.facts.filter(
    (fact) =>
      fact.case === shown.id &&
      fact.source_class === 'institutional' &&
      (fact.kind !== 'place' || fact.protection === 'public'),
  )

/** The next version of a fact, which is from a public source. */
function published(fact: Fact): Record<string, unknown> {
  const kind = kinds.value?.kinds.find(({ id }) => id === fact.kind)
  const names = [...(kind ? fieldsOf(kind).map(({ field }) => field.name) : []), ...SOURCE]
  const told = names.flatMap((name) => {
    const value = fact[name]
    return value === null || value === undefined ? [] : [[name, value]]
  })
  return { kind: fact.kind, ...Object.fromEntries(told), source_class: 'public' }
}

/** Makes facts of a case public, many at once: what was done stays done. */
export function PublishFacts({ shown, done }: Props) {
  const t = caseWords.value
  const facts = offered(shown)
  const order = (kinds.value?.kinds ?? []).map(({ id }) => id)
  const there = order.filter((id) => facts.some(({ kind }) => kind === id))
  const [chosen, setChosen] = useState(there.filter((kind) => USUAL.includes(kind)))
  const [place, setPlace] = useState<number | null>(null)
  const [failed, setFailed] = useState('')
  const wanted = facts.filter(({ kind }) => chosen.includes(kind))
  const publish = async () => {
    if (!confirm(t.publishSure(wanted.length))) return
    setFailed('')
    for (const [at, fact] of wanted.entries()) {
      setPlace(at + 1)
      try {
        await ask('PUT', `/api/cases/${shown.id}/facts/${fact.id}`, published(fact), {
          'if-match': `"${fact.version}"`,
        })
      } catch (error) {
        setFailed(`${titleOfKind(fact.kind)}: ${sentenceOf(error)}`)
        break
      }
    }
    setPlace(null)
    done()
  }
  if (there.length === 0) return null
  return (
    <details class="case-history" data-part="publish">
      <summary>
        <h2>{t.publish}</h2>
      </summary>
      <form
        class="data-import"
        onSubmit={(event) => {
          event.preventDefault()
          void publish()
        }}
      >
        <p>{t.publishHint}</p>
        <fieldset class="case-choices">
          <legend class="visually-hidden">{t.publish}</legend>
          {there.map((kind) => (
            <label key={kind} class="data-check">
              <input
                type="checkbox"
                checked={chosen.includes(kind)}
                onChange={(event) =>
                  setChosen(
                    event.currentTarget.checked ? [...chosen, kind] : chosen.filter((one) => one !== kind),
                  )
                }
              />
              <span>
                {titleOfKind(kind)} ({facts.filter((fact) => fact.kind === kind).length})
              </span>
            </label>
          ))}
        </fieldset>
        <Failed text={failed} />
        <p class="data-actions">
          <button type="submit" class="button" disabled={place !== null || wanted.length === 0}>
            {t.publishThese(wanted.length)}
          </button>
          {place !== null && <span role="status">{t.releasing(place, wanted.length)}</span>}
        </p>
      </form>
    </details>
  )
}
