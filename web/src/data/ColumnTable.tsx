import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { lang } from '../i18n'
import { layerById } from '../state/catalogue'
import type { Job } from './job'
import { type Columns, keepMapping, loadMappings, mappings } from './mappings'
import { Table } from './Table'
import { dataWords } from './words'

interface Props {
  job: Job
  /** What was told of the columns. */
  told: Columns
  tell: (columns: Columns) => void
  /** Does something that may fail; its failure is shown. */
  attempt: (work: () => Promise<void>) => Promise<void>
}

/** As an option's value: nothing was told of the field. */
const AUTOMATIC = '\u0000'

/** From which column of the file each field comes. */
export function ColumnTable({ job, told, tell, attempt }: Props) {
  const t = dataWords.value
  const name = useSignal('')
  const kept = useSignal('')
  const layer = layerById(job.layer)
  useEffect(() => {
    void attempt(() => loadMappings(job.layer))
  }, [job.layer])
  if (!layer || job.columns.length === 0) return null
  const found = new Map(job.report?.used_columns)
  const fields: [string, string][] = [
    ...layer.fields.map((field): [string, string] => [field.name, field.title[lang.value]]),
    ['longitude', t.longitude],
    ['latitude', t.latitude],
  ]
  const change = (field: string) => (event: Event) => {
    const { value } = event.currentTarget as HTMLSelectElement
    const { [field]: _, ...others } = told
    tell(value === AUTOMATIC ? others : { ...others, [field]: value })
  }
  const automatic = (field: string) => {
    const column = found.get(field)
    return column && !(field in told) ? `${t.automatic} ${column}` : t.automatic
  }
  const keep = () =>
    attempt(async () => {
      await keepMapping(job.layer, name.value.trim(), { ...Object.fromEntries(found), ...told })
      kept.value = t.kept(name.value.trim())
    })
  return (
    <details open={job.state === 'failed'} class="data-columns">
      <summary>{t.columns}</summary>
      <p>{t.columnsHint}</p>
      {mappings.value.length > 0 && (
        <label>
          <span>{t.keptMapping}</span>
          <select
            onChange={(event) => {
              const chosen = mappings.value.find((mapping) => mapping.name === event.currentTarget.value)
              if (chosen) tell(chosen.columns)
            }}
          >
            <option value="" />
            {mappings.value.map((mapping) => (
              <option key={mapping.name}>{mapping.name}</option>
            ))}
          </select>
        </label>
      )}
      <Table heads={[t.field, t.column]}>
        {fields.map(([field, title]) => (
          <tr key={field}>
            <td>
              {title} <code>{field}</code>
            </td>
            <td>
              <select aria-label={title} value={told[field] ?? AUTOMATIC} onChange={change(field)}>
                <option value={AUTOMATIC}>{automatic(field)}</option>
                <option value="">{t.noColumn}</option>
                {job.columns.map((column) => (
                  <option key={column}>{column}</option>
                ))}
              </select>
            </td>
          </tr>
        ))}
      </Table>
      <div class="data-keep">
        <label>
          <span>{t.keepAs}</span>
          <input
            maxLength={100}
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value
            }}
          />
        </label>
        <button type="button" class="button" disabled={name.value.trim() === ''} onClick={keep}>
          {t.keep}
        </button>
      </div>
      <p role="status">{kept.value}</p>
    </details>
  )
}
