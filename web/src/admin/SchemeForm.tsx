import { useState } from 'preact/hooks'
import { kinds, titleOfKind } from '../cases/cases'
import { Failed } from '../cases/Failed'
import { caseWords } from '../cases/words'
import type { Condition, Scheme } from '../counts/counts'
import { adminWords } from './words'

interface Props {
  scheme: Scheme & { source_classes?: string[] }
  fields: string[]
  /** Why the last version was not taken. */
  failed: string
  save: (next: Scheme & { source_classes: string[] }) => void
}

const NONE: Condition = { where: '', kind: 'state', es: '', en: '' }

/** The next version of a scheme: each condition in words, and as it is asked. */
export function SchemeForm({ scheme, fields, failed, save }: Props) {
  const t = adminWords.value
  const [conditions, setConditions] = useState(scheme.conditions)
  const change = (place: number, next: Partial<Condition>) =>
    setConditions(conditions.map((own, at) => (at === place ? { ...own, ...next } : own)))
  return (
    <form
      class="data-import"
      onSubmit={(event) => {
        event.preventDefault()
        const told = new FormData(event.currentTarget)
        const text = (name: string) => String(told.get(name) ?? '').trim()
        save({
          ...scheme,
          title_es: text('title_es'),
          title_en: text('title_en'),
          definition_es: text('definition_es'),
          definition_en: text('definition_en'),
          conditions,
          source_classes: told.getAll('class').map(String),
        })
      }}
    >
      <h3>{t.nextVersion(scheme.version + 1)}</h3>
      <div class="data-options">
        {(['title_es', 'title_en', 'definition_es', 'definition_en'] as const).map((name) => (
          <label key={name}>
            <span>{t.schemeFields[name]}</span>
            <input name={name} required defaultValue={scheme[name]} autocomplete="off" />
          </label>
        ))}
      </div>
      <fieldset class="case-choices">
        <legend>{t.sourcesUsed}</legend>
        {Object.entries(caseWords.value.sourceClasses).map(([code, title]) => (
          <label key={code} class="data-check">
            <input
              type="checkbox"
              name="class"
              value={code}
              defaultChecked={(scheme.source_classes ?? []).includes(code)}
            />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      <p class="case-note">{t.conditionHint}</p>
      <details class="case-source">
        <summary>{t.askable}</summary>
        <dl class="case-fields">
          {fields.map((field) => (
            <div key={field}>
              <dt>
                <code>{field}</code>
              </dt>
              <dd>{t.fields[field] ?? field}</dd>
            </div>
          ))}
        </dl>
      </details>
      {conditions.map((condition, place) => (
        <fieldset key={place} class="case-choices">
          <legend>{t.condition(place + 1)}</legend>
          <div class="data-options">
            <label class="is-wide">
              <span>CQL2</span>
              <input
                required
                value={condition.where}
                autocomplete="off"
                onInput={(event) => change(place, { where: event.currentTarget.value })}
              />
            </label>
            <label>
              <span>Español</span>
              <input
                required
                value={condition.es}
                onInput={(event) => change(place, { es: event.currentTarget.value })}
              />
            </label>
            <label>
              <span>English</span>
              <input
                required
                value={condition.en}
                onInput={(event) => change(place, { en: event.currentTarget.value })}
              />
            </label>
            <label>
              <span>{t.decidedBy}</span>
              <select
                value={condition.kind}
                onChange={(event) => change(place, { kind: event.currentTarget.value })}
              >
                {(kinds.value?.kinds ?? []).map(({ id }) => (
                  <option key={id} value={id}>
                    {titleOfKind(id)}
                  </option>
                ))}
              </select>
            </label>
          </div>
          <button
            type="button"
            class="link"
            disabled={conditions.length === 1}
            onClick={() => setConditions(conditions.filter((_, at) => at !== place))}
          >
            {t.remove} <span class="visually-hidden">{t.condition(place + 1)}</span>
          </button>
        </fieldset>
      ))}
      <Failed text={failed} />
      <p class="data-actions">
        <button type="button" class="button" onClick={() => setConditions([...conditions, NONE])}>
          {t.addCondition}
        </button>
        <button type="submit" class="button is-main">
          {t.save}
        </button>
      </p>
    </form>
  )
}
