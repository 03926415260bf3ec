import { useRef, useState } from 'preact/hooks'
import { PageHeader } from '../data/PageHeader'
import { toSignIn } from '../people/back'
import { person } from '../people/people'
import { inLanguage } from '../state/language'
import { CasesNav } from './CasesNav'
import {
  ask,
  type Case,
  factOf,
  kinds,
  Refusal,
  sentenceOf,
  sourceOf,
  titleOfKind,
  type Wrong,
} from './cases'
import { FactFields, SourceFields } from './FactForm'
import { Failed } from './Failed'
import { useAskBeforeLeaving } from './unsaved'
import { caseWords } from './words'

/** What a case begins with: the rest is added on its page. */
const FIRST = ['name', 'description', 'scope', 'state', 'type', 'place'] as const
const NEEDED = ['name']
const SOURCE = ['source_class', 'source', 'source_url', 'source_on']

/** Records a case. */
export function NewCasePage() {
  const t = caseWords.value
  const [wrong, setWrong] = useState<Record<string, Wrong[]>>({})
  const [failed, setFailed] = useState('')
  const form = useRef<HTMLFormElement>(null)
  const isDirty = useAskBeforeLeaving()
  const [key] = useState(() => crypto.randomUUID())
  const send = async () => {
    const sections = [...(form.current?.querySelectorAll<HTMLFieldSetElement>('fieldset[data-kind]') ?? [])]
    const from = form.current ? sourceOf(new FormData(form.current)) : {}
    const told = sections.flatMap((section) => {
      const kind = kinds.value?.kinds.find(({ id }) => id === section.dataset.kind)
      if (!kind) return []
      const data = new FormData()
      for (const input of section.querySelectorAll<HTMLInputElement>('[name]'))
        data.set(input.name, input.value)
      const fact = factOf(kind, data)
      // What a section opens with says nothing by itself.
      const says = Object.keys(fact).some((name) => !['kind', 'institution', 'protection'].includes(name))
      return says || NEEDED.includes(kind.id) ? [{ ...fact, ...from }] : []
    })
    setFailed('')
    setWrong({})
    try {
      const made = await ask<Case>('POST', '/api/cases', { facts: told }, { 'idempotency-key': key })
      isDirty.current = false
      location.assign(inLanguage(`/caso/${made.id}`))
    } catch (error) {
      if (!(error instanceof Refusal)) return setFailed(sentenceOf(error))
      const byKind: Record<string, Wrong[]> = {}
      for (const one of error.errors) {
        const found = /^facts\[(\d+)\]\.(.*)$/.exec(one.member)
        const kind = String(told[Number(found?.[1] ?? 0)]?.kind ?? 'name')
        byKind[kind] = [...(byKind[kind] ?? []), { ...one, member: found?.[2] ?? one.member }]
      }
      setWrong(byKind)
      if (error.errors.length === 0) setFailed(error.message)
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus())
    }
  }
  const mayWrite = person.value?.role === 'officer'
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data" tabIndex={-1}>
        <CasesNav />
        <h1>{t.newCase}</h1>
        <Failed text={failed} />
        {!mayWrite && (
          <p>
            {person.value ? t.onlyOfficers : t.onlyOfficersSignIn}{' '}
            {!person.value && (
              <a class="link" href={toSignIn()}>
                {t.signIn}
              </a>
            )}
          </p>
        )}
        {mayWrite && (
          <form
            ref={form}
            class="data-import"
            onInput={() => {
              isDirty.current = true
            }}
            onSubmit={(event) => {
              event.preventDefault()
              void send()
            }}
          >
            <p>{t.createHint}</p>
            {FIRST.map((id) => {
              const kind = kinds.value?.kinds.find((one) => one.id === id)
              if (!kind) return null
              const isNeeded = NEEDED.includes(id)
              // Only what is begun must be whole: the server says what is missing.
              const fields = kind.fields.map((name) => (isNeeded ? name : name.replace('*', '')))
              return (
                <fieldset key={id} data-kind={id} class="case-section">
                  <legend>{titleOfKind(id)}</legend>
                  <FactFields
                    kind={{ ...kind, fields }}
                    fact={{}}
                    wrong={wrong[id] ?? []}
                    own={person.value?.institution ?? ''}
                    prefix={`new-${id}`}
                  />
                </fieldset>
              )
            })}
            <fieldset class="case-section">
              <legend>{t.sourceOfAll}</legend>
              <SourceFields
                fact={{}}
                prefix="new"
                wrong={SOURCE.flatMap((member) => {
                  const found = Object.values(wrong)
                    .flat()
                    .find((one) => one.member === member)
                  return found ? [found] : []
                })}
                isOpen
              />
            </fieldset>
            <p class="data-actions">
              <button type="submit" class="button is-main">
                {t.create}
              </button>
              <a class="button" href={inLanguage('/casos')}>
                {t.cancel}
              </a>
            </p>
          </form>
        )}
      </main>
    </>
  )
}
