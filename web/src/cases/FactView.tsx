import { lang } from '../i18n'
import { formatDate } from '../i18n/format'
import { type Fact, fieldsOf, kinds, say, titleOfField } from './cases'
import { LinkedFeature } from './LinkedFeature'
import { caseWords } from './words'

/** What a fact says. */
export function FactView({ fact }: { fact: Fact }) {
  const t = caseWords.value
  const kind = kinds.value?.kinds.find((one) => one.id === fact.kind)
  if (!kind) return null
  const told = fieldsOf(kind)
    .map(({ field }) => ({ field, text: say(fact, field) }))
    .filter(({ text }) => text)
  const shown = fact.shown as Record<string, string> | undefined
  const source = [fact.source, fact.source_url].find((told) => typeof told === 'string') as string | undefined
  return (
    <>
      {fact.kind === 'link' && <LinkedFeature fact={fact} />}
      <dl class="case-fact" hidden={fact.kind === 'link'}>
        {told.map(({ field, text }) => (
          <div key={field.name} class={field.type === 'text' ? 'is-wide' : undefined}>
            <dt class={told.length === 1 ? 'visually-hidden' : undefined}>{titleOfField(field, kind)}</dt>
            <dd>{field.type === 'date' ? formatDate(text, lang.value) : text}</dd>
          </div>
        ))}
        {shown && (
          <div class="is-wide">
            <dt>{t.shownAs}</dt>
            <dd>
              {[shown.district, shown.province, shown.department].filter(Boolean).join(', ') || t.nobody}
            </dd>
          </div>
        )}
      </dl>
      {fact.protection === 'generalised' && !shown && <p class="case-note">{t.approximate}</p>}
      <p class="case-note">
        {t.sourceClasses[fact.source_class as keyof typeof t.sourceClasses]}
        {source && ' · '}
        {source &&
          (typeof fact.source_url === 'string' ? (
            <a class="link" href={fact.source_url} rel="noreferrer">
              {t.from(source)}
            </a>
          ) : (
            t.from(source)
          ))}
        {typeof fact.recorded_from === 'string' &&
          ` · ${t.recorded(String(fact.recorded_by ?? t.somebody), formatDate(fact.recorded_from, lang.value))}`}
        {Number(fact.version) > 1 && ` · ${t.versions(Number(fact.version))}`}
      </p>
    </>
  )
}
