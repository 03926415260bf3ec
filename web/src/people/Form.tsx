import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { busy, failed } from './people'
import { peopleWords } from './words'

/** Why something could not be done. */
export function Failed() {
  const t = peopleWords.value
  const why = failed.value
  if (!why) return null
  return (
    <p class="data-failed" role="alert">
      {t.failed(t.whys[why.status] ?? why.message)}
    </p>
  )
}

interface FieldProps {
  label: string
  name: string
  type?: 'text' | 'password' | 'number'
  autocomplete?: string
  hint?: string
  required?: boolean
  /** What it opens with. */
  value?: string
}

/** One field of a form, read by its name. */
export function Field({
  label,
  name,
  type = 'text',
  autocomplete = 'off',
  hint,
  required = true,
  value,
}: FieldProps) {
  const id = useId()
  const told = {
    id: `${id}-field`,
    name,
    required,
    autocomplete,
    autocapitalize: 'none' as const,
    spellcheck: false,
    'aria-describedby': hint ? id : undefined,
  }
  return (
    <div>
      <label for={`${id}-field`}>
        <span>{label}</span>
        {type === 'password' && <input type="password" {...told} />}
        {type === 'number' && <input type="number" min={1} {...told} />}
        {type === 'text' && <input type="text" {...told} {...(value ? { defaultValue: value } : {})} />}
      </label>
      {hint && <small id={id}>{hint}</small>}
    </div>
  )
}

interface FormProps {
  title: string
  button: string
  send: (told: FormData, form: HTMLFormElement) => void
  children: ComponentChildren
}

export function Form({ title, button, send, children }: FormProps) {
  return (
    <form
      class="data-import"
      onSubmit={(event) => {
        event.preventDefault()
        send(new FormData(event.currentTarget), event.currentTarget)
      }}
    >
      <h2>{title}</h2>
      <div class="data-options">{children}</div>
      <p class="data-actions">
        <button type="submit" class="button is-main" disabled={busy.value}>
          {button}
        </button>
      </p>
    </form>
  )
}
