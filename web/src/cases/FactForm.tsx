import { useEffect, useRef, useState } from 'preact/hooks'
import { lang } from '../i18n'
import {
  type Fact,
  type FactField,
  type FactKind,
  factOf,
  fieldsOf,
  kinds,
  titleOfChoice,
  titleOfCode,
  titleOfField,
  titleOfInstitution,
  titleOfLayer,
  type Wrong,
} from './cases'
import { Failed } from './Failed'
import { FeatureSearch, type Found } from './FeatureSearch'
import { PlacePicker } from './PlacePicker'
import { caseWords } from './words'

interface WrittenProps {
  id: string
  name: string
  kind: FactField['type']
  defaultValue: string
  required?: boolean
  'aria-invalid'?: boolean | undefined
  'aria-describedby'?: string | undefined
}

/** Where one writes a line, a number or a day. */
function Written({ kind, ...told }: WrittenProps) {
  if (kind === 'date') return <input type="date" {...told} />
  const mode = { count: 'numeric', degrees: 'decimal' }[kind as string] as 'numeric' | 'decimal' | undefined
  return <input type="text" autocomplete="off" {...told} {...(mode ? { inputMode: mode } : {})} />
}

interface InputProps {
  field: FactField
  kind: FactKind
  needed: boolean
  value: string
  wrong: Wrong | undefined
  institution: string
  prefix: string
  change?: (value: string) => void
}

/** One field of a fact. */
function Input({ field, kind, needed, value, wrong, institution, prefix, change }: InputProps) {
  const t = caseWords.value
  const id = `${prefix}-${field.name}`
  const told = {
    id,
    name: field.name,
    required: needed,
    'aria-invalid': wrong ? true : undefined,
    'aria-describedby': wrong ? `${id}-wrong` : undefined,
  }
  const options = optionsOf(field, kind, institution)
  return (
    <div class={field.type === 'text' ? 'is-wide' : undefined}>
      <label for={id}>
        <span>
          {titleOfField(field, kind)}
          {needed && <span aria-hidden="true"> *</span>}
        </span>
        {options ? (
          <select {...told} defaultValue={value} onChange={(event) => change?.(event.currentTarget.value)}>
            <option value="" selected={!value}>
              {t.choose}
            </option>
            {options.map(([code, title]) => (
              <option key={code} value={code} selected={code === value}>
                {title}
              </option>
            ))}
          </select>
        ) : field.type === 'text' ? (
          <textarea {...told} rows={4} defaultValue={value} />
        ) : (
          <Written {...told} kind={field.type} defaultValue={value} />
        )}
      </label>
      {wrong && (
        <small id={`${id}-wrong`} class="is-wrong">
          {lang.value === 'en' ? wrong.en : wrong.es}
        </small>
      )}
    </div>
  )
}

/** What may be chosen in a field; `null` where one writes. */
function optionsOf(field: FactField, kind: FactKind, institution: string): [string, string][] | null {
  const listed = (kinds.value?.codes ?? []).filter((one) => one.list === kind.id)
  switch (field.type) {
    case 'choice':
      return (field.choices ?? []).map((choice) => [choice.code, titleOfChoice(choice)])
    case 'code':
      if (!kind.is_listed) return (kind.choices ?? []).map((choice) => [choice.code, titleOfChoice(choice)])
      return listed
        .filter((one) => one.institution === institution && !one.retired)
        .map((one) => [one.code, titleOfCode(one)])
    case 'layer':
      return (kinds.value?.layers ?? []).map(({ id }) => [id, titleOfLayer(id)])
    case 'institution':
      return [...new Set(listed.map((one) => one.institution))].map((id) => [id, titleOfInstitution(id)])
    default:
      return null
  }
}

/** The institution whose list a form opens with: the caller's own where it has one, else the first that has. */
function usualInstitution(kind: FactKind, own: string): string {
  const having = (kinds.value?.codes ?? [])
    .filter((one) => one.list === kind.id)
    .map((one) => one.institution)
  if (having.includes(own)) return own
  return having.includes('defensoria') ? 'defensoria' : (having[0] ?? '')
}

/** How precisely a place is known that stands where a feature of a layer is. */
const PRECISIONS: Record<string, string> = {
  populated_places: 'centro_poblado',
  districts: 'distrito',
  provinces: 'provincia',
  departments: 'departamento',
}

interface FieldsProps {
  kind: FactKind
  fact: Partial<Fact>
  wrong: Wrong[]
  own: string
  prefix: string
}

/** The fields of a fact of a kind. */
export function FactFields({ kind, fact, wrong, own, prefix }: FieldsProps) {
  const t = caseWords.value
  const [institution, setInstitution] = useState(String(fact.institution ?? usualInstitution(kind, own)))
  const fieldset = useRef<HTMLDivElement>(null)
  const valueToShow = (name: string) => {
    if (name === 'institution') return institution
    if (name === 'protection' && fact.protection === undefined) return 'public'
    return fact[name] === undefined || fact[name] === null ? '' : String(fact[name])
  }
  /** Fills a field in, as if somebody wrote it. */
  const write = (name: string, value: string) => {
    const input = fieldset.current?.querySelector<HTMLInputElement | HTMLSelectElement>(`[name=${name}]`)
    if (!input) return
    input.value = value
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const written = (name: string) =>
    fieldset.current?.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? ''
  /** What the place that was found is called: another place is not. */
  const foundName = useRef(String(fact.name ?? ''))
  const [typed, setTyped] = useState<[number, number] | null>(null)
  /** Coordinates that somebody writes are shown on the map, and are no longer those of what was found. */
  const type = () => {
    if (foundName.current && written('name') === foundName.current) write('name', '')
    write('precision', '')
    const [longitude, latitude] = [written('longitude'), written('latitude')].map((text) =>
      Number(text.replace(',', '.') || Number.NaN),
    )
    if (Number.isFinite(longitude) && Number.isFinite(latitude))
      setTyped([longitude as number, latitude as number])
  }
  const place = (longitude: number, latitude: number, precision: string) => {
    // Of the place before; those of this one follow from where it is.
    for (const unit of ['ubigeo', 'department', 'province', 'district']) write(unit, '')
    if (written('name') === foundName.current) write('name', '')
    write('longitude', longitude.toFixed(5))
    write('latitude', latitude.toFixed(5))
    write('precision', precision)
  }
  const [linked, setLinked] = useState('')
  const link = ({ layer, id, name }: Found) => {
    write('layer', layer)
    write('feature', String(id))
    setLinked(t.linkedTo(name))
  }
  return (
    <>
      {kind.id === 'link' && (
        <>
          <FeatureSearch label={t.findFeature} choose={link} />
          <p class="case-note" role="status">
            {linked}
          </p>
        </>
      )}
      {kind.id === 'place' && (
        <>
          <p class="data-hint">{t.onMap}</p>
          <PlacePicker
            at={[numberOf(fact.longitude), numberOf(fact.latitude)]}
            typed={typed}
            choose={(longitude, latitude) => place(longitude, latitude, 'sitio')}
            found={({ layer, name, point }) => {
              if (point) place(...point, PRECISIONS[layer] ?? '')
              write('name', name)
              foundName.current = name
            }}
          />
        </>
      )}
      <div
        class="data-options"
        ref={fieldset}
        onInput={(event) => {
          if (!event.isTrusted) return
          setLinked('')
          const { name } = event.target as HTMLInputElement
          if (kind.id === 'place' && ['longitude', 'latitude'].includes(name)) type()
        }}
      >
        {fieldsOf(kind).map(({ field, needed }) => (
          <Input
            key={field.type === 'code' ? `${field.name} ${institution}` : field.name}
            field={field}
            kind={kind}
            needed={needed}
            value={valueToShow(field.name)}
            wrong={wrong.find(({ member }) => member === field.name)}
            institution={institution}
            prefix={prefix}
            {...(field.type === 'institution' ? { change: setInstitution } : {})}
          />
        ))}
      </div>
    </>
  )
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : null)

interface SourceProps {
  fact: Partial<Fact>
  prefix: string
  wrong: Wrong[]
  /** Class of the source, where the fact has none yet. */
  usual?: string
  isOpen?: boolean
}

/** Where a fact is from. */
export function SourceFields({ fact, prefix, wrong, usual = 'institutional', isOpen }: SourceProps) {
  const t = caseWords.value
  const own = String(fact.source_class ?? usual)
  const names = ['source', 'source_url', 'source_on'] as const
  const wrongOf = (name: string) => wrong.find(({ member }) => member === name)
  const isWrong = names.some(wrongOf)
  return (
    <details class="case-source" open={isOpen || isWrong || fact.source !== undefined}>
      <summary>
        {t.source}: {t.sourceClasses[own as keyof typeof t.sourceClasses]}
      </summary>
      <div class="data-options">
        <label>
          <span>{t.sourceFields.source_class}</span>
          <select name="source_class">
            {Object.entries(t.sourceClasses).map(([code, title]) => (
              <option key={code} value={code} selected={code === own}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {names.map((name) => (
          <div key={name}>
            <label for={`${prefix}-${name}`}>
              <span>{t.sourceFields[name]}</span>
              <Written
                id={`${prefix}-${name}`}
                name={name}
                kind={name === 'source_on' ? 'date' : 'line'}
                defaultValue={String(fact[name] ?? '')}
                aria-invalid={wrongOf(name) ? true : undefined}
                aria-describedby={wrongOf(name) ? `${prefix}-${name}-wrong` : undefined}
              />
            </label>
            {wrongOf(name) && (
              <small id={`${prefix}-${name}-wrong`} class="is-wrong">
                {wrongOf(name)?.[lang.value]}
              </small>
            )}
          </div>
        ))}
      </div>
    </details>
  )
}

interface FormProps {
  kind: FactKind
  fact: Partial<Fact>
  own: string
  wrong: Wrong[]
  /** Class of the source of most of the case's facts. */
  usual: string
  title: string
  /** Set where something is written that is not kept. */
  isDirty: { current: boolean }
  /** Why it was not taken, where that is of no field. */
  failed: string
  send: (fact: Record<string, unknown>) => void
  cancel: () => void
}

/** Adds a fact, or changes one. */
export function FactForm({ kind, fact, own, wrong, usual, title, isDirty, failed, send, cancel }: FormProps) {
  const t = caseWords.value
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('input, select, textarea')?.focus()
  }, [])
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [wrong])
  return (
    <form
      ref={form}
      class="data-import case-form"
      onInput={() => {
        isDirty.current = true
      }}
      onSubmit={(event) => {
        event.preventDefault()
        send(factOf(kind, new FormData(event.currentTarget)))
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') cancel()
      }}
    >
      <h4>{title}</h4>
      <FactFields kind={kind} fact={fact} wrong={wrong} own={own} prefix={`form-${kind.id}`} />
      <SourceFields fact={fact} prefix={`form-${kind.id}`} wrong={wrong} usual={usual} />
      <Failed text={failed} />
      <p class="data-actions">
        <button type="submit" class="button is-main">
          {t.save}
        </button>
        <button type="button" class="button" onClick={cancel}>
          {t.cancel}
        </button>
      </p>
    </form>
  )
}
