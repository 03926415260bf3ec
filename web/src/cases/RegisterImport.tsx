import { useState } from 'preact/hooks'
import { sentenceOfFailure } from '../data/failure'
import { said } from '../data/sentences'
import { Table } from '../data/Table'
import { lang } from '../i18n'
import { formatDate } from '../i18n/format'
import { plainName } from '../state/plainName'
import { type Fact, fieldsOf, kinds, say, titleOfChoice, type Wrong } from './cases'
import { Failed } from './Failed'
import { caseWords } from './words'

interface Taken {
  /** Why no row can be read yet: its columns are to be told. */
  reason?: string
  dry_run: boolean
  /** States of so many rows hold from the day of the list. */
  undated?: number
  undated_hold_from?: string
  recorded: number
  known_before: number
  notes: { row: number; feature: string; note: string }[]
  rejected: { row: number; feature: string; note: string; errors?: Wrong[] }[]
  preview: { row: number; code: string | null; facts: Fact[] }[]
  file: { columns: string[]; used_columns: [string, string][]; ignored_columns: string[] }
}

/** Fields that a column may fill. */
const FIELDS = [
  'name',
  'code',
  'state',
  'phase',
  'type',
  'activity',
  'started_on',
  'ended_on',
  'description',
  'company',
  'department',
  'province',
  'district',
  'ubigeo',
  'longitude',
  'latitude',
]

/** What columns are called in registers; the fields' own names are known to the server. */
const HEADS: Record<string, string[]> = {
  name: ['nombre', 'caso', 'conflicto', 'nombre del caso', 'denominacion'],
  code: ['codigo'],
  state: ['estado'],
  phase: ['fase'],
  type: ['tipo'],
  activity: ['actividad'],
  started_on: ['inicio', 'fecha de inicio', 'fecha inicio', 'fecha', 'desde'],
  ended_on: ['fin', 'fecha de fin', 'fecha fin'],
  description: ['descripcion'],
  company: ['empresa'],
  department: ['departamento', 'region'],
  province: ['provincia'],
  district: ['distrito'],
  longitude: ['longitud', 'lon'],
  latitude: ['latitud', 'lat'],
}

/** Fields that columns of the file are plainly about, and that are not used yet. */
function guessed({ file }: Taken): Record<string, string> {
  const used = new Set(file.used_columns.map(([field]) => field))
  const found = Object.entries(HEADS).flatMap(([field, heads]) => {
    const column = used.has(field) ? undefined : file.columns.find((one) => heads.includes(plainName(one)))
    return column === undefined ? [] : [[field, column]]
  })
  return Object.fromEntries(found)
}

/** What a row says of one kind, in words. */
function tell(facts: Fact[], id: string): string {
  const kind = kinds.value?.kinds.find((one) => one.id === id)
  if (!kind) return ''
  const of = facts.filter((fact) => fact.kind === id)
  const fields = fieldsOf(kind).filter(
    ({ field }) => field.name !== 'protection' && field.name !== 'institution',
  )
  const one = (fact: Fact) => fields.map(({ field }) => say(fact, field)).filter(Boolean)
  return of.map((fact) => one(fact).join(', ')).join('; ')
}

/** What a row is called; one without a name is known by a digest, which says nothing to anybody. */
const named = (feature: string) => (/^[0-9a-f]{32,}$/i.test(feature) ? caseWords.value.unnamed : feature)

/** A note in the reader's language, with the field as the form calls it. */
function sentenceOfNote(note: string): string {
  const { text } = said(note, lang.value)
  const field = /^(\w+): /.exec(text)?.[1] ?? ''
  const title = caseWords.value.registerFields[field]
  return title ? text.replace(field, title) : text
}

/** Takes a register that an institution kept in a spreadsheet: looked at first, then recorded. */
export function RegisterImport({ done }: { done: (said: string) => void }) {
  const t = caseWords.value
  const [file, setFile] = useState<File | null>(null)
  const [columns, setColumns] = useState<Record<string, string>>({})
  const [sourceClass, setSourceClass] = useState('institutional')
  const [day, setDay] = useState('')
  const [taken, setTaken] = useState<Taken | null>(null)
  const [failed, setFailed] = useState('')
  const [encoding, setEncoding] = useState('')
  const [tests, setTests] = useState<string[]>([])
  const [busy, setBusy] = useState(false)
  // (It stays open while columns are being told, though the file can be read by then.)
  const [columnsOpen, setColumnsOpen] = useState(false)
  const send = async (of: File, dryRun: boolean, mapped = columns, on = day, written = encoding) => {
    setBusy(true)
    setFailed('')
    const query = new URLSearchParams({
      file: of.name,
      'dry-run': String(dryRun),
      'source-class': sourceClass,
    })
    if (tests.length > 0) query.set('tests', tests.join(','))
    if (on) query.set('valid-on', on)
    if (written) query.set('encoding', written)
    if (Object.keys(mapped).length > 0) query.set('columns', JSON.stringify(mapped))
    try {
      const response = await fetch(`/api/cases/import?${query}`, { method: 'POST', body: of })
      const told = await response.json()
      if (!response.ok) {
        setTaken(null)
        setFailed(said(told.detail ?? response.statusText, lang.value).text)
        return
      }
      const more = dryRun && Object.keys(mapped).length === 0 ? guessed(told) : {}
      if (Object.keys(more).length > 0) {
        setColumns(more)
        return await send(of, true, more, on, written)
      }
      setTaken(told)
      if (!dryRun) done(caseWords.peek().wasRecorded(told.recorded, told.known_before))
    } catch (error) {
      setFailed(sentenceOfFailure(error))
    } finally {
      setBusy(false)
    }
  }
  const testsThere = kinds.value?.kinds.find(({ id }) => id === 'test')?.choices ?? []
  const used = (field: string) =>
    columns[field] ?? taken?.file.used_columns.find(([own]) => own === field)?.[1] ?? ''
  return (
    <details class="case-history">
      <summary>
        <h2>{t.takeRegister}</h2>
      </summary>
      <form class="data-import" onSubmit={(event) => event.preventDefault()}>
        <p>{t.registerHint}</p>
        <div class="data-options">
          <label>
            <span>{t.registerFile}</span>
            <input
              type="file"
              accept=".csv,.xlsx"
              onChange={(event) => {
                const next = event.currentTarget.files?.[0] ?? null
                setFile(next)
                setColumns({})
                if (next) void send(next, true, {})
              }}
            />
          </label>
          <label>
            <span>{t.sourceFields.source_class}</span>
            <select value={sourceClass} onChange={(event) => setSourceClass(event.currentTarget.value)}>
              {Object.entries(t.sourceClasses).map(([code, title]) => (
                <option key={code} value={code}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t.encoding}</span>
            <select
              value={encoding}
              onChange={(event) => {
                const next = event.currentTarget.value
                setEncoding(next)
                if (file) void send(file, true, columns, day, next)
              }}
            >
              <option value="">{t.encodingAuto}</option>
              <option value="ISO-8859-1">ISO-8859-1 (Latin-1)</option>
              <option value="windows-1252">windows-1252</option>
            </select>
          </label>
          <label>
            <span>{t.registerDay}</span>
            <input
              type="date"
              value={day}
              onChange={(event) => {
                const next = event.currentTarget.value
                setDay(next)
                if (file) void send(file, true, columns, next)
              }}
            />
          </label>
        </div>
        <fieldset class="case-choices">
          <legend>{t.registerTests}</legend>
          {testsThere.map((test) => (
            <label key={test.code} class="data-check">
              <input
                type="checkbox"
                checked={tests.includes(test.code)}
                onChange={(event) =>
                  setTests(
                    event.currentTarget.checked
                      ? [...tests, test.code]
                      : tests.filter((one) => one !== test.code),
                  )
                }
              />
              <span>{titleOfChoice(test)}</span>
            </label>
          ))}
          {tests.length === 0 && <p class="case-note">{t.registerNoTests}</p>}
        </fieldset>
        {busy && <p role="status">{t.reading}</p>}
        <Failed text={failed} />
        {taken && file && (
          <>
            <p role="status">
              {[
                taken.reason && `${t.tellColumns} (${said(taken.reason, lang.value).text})`,
                taken.dry_run && t.wouldRecord(taken.recorded),
                taken.dry_run && taken.known_before > 0 && t.knownBefore(taken.known_before),
                !taken.dry_run && t.wasRecorded(taken.recorded, taken.known_before),
              ]
                .filter(Boolean)
                .join(' ')}
            </p>
            {taken.dry_run && (
              <details
                open={columnsOpen || taken.reason !== undefined}
                onToggle={({ currentTarget }) => setColumnsOpen(currentTarget.open)}
              >
                <summary>{t.columns}</summary>
                <div class="data-options">
                  {FIELDS.map((field) => (
                    <label key={field}>
                      <span>{t.registerFields[field] ?? field}</span>
                      <select
                        value={used(field)}
                        onChange={(event) => {
                          const next = { ...columns, [field]: event.currentTarget.value }
                          setColumns(next)
                          void send(file, true, next)
                        }}
                      >
                        <option value="">—</option>
                        {taken.file.columns.map((column) => (
                          <option key={column} value={column}>
                            {column}
                          </option>
                        ))}
                      </select>
                    </label>
                  ))}
                </div>
              </details>
            )}
            {taken.dry_run && (taken.undated ?? 0) > 0 && (
              <p class="data-stale">
                {t.undated(taken.undated ?? 0, formatDate(taken.undated_hold_from ?? '', lang.value))}
              </p>
            )}
            {taken.file.ignored_columns.length > 0 && (
              <p>{t.registerIgnored(taken.file.ignored_columns.join(', '))}</p>
            )}
            {taken.notes.length > 0 && (
              <>
                <p class="data-stale">{t.registerNotes(taken.notes.length)}</p>
                <Table heads={[t.dataRow, t.name, t.why]}>
                  {taken.notes.slice(0, 200).map(({ row, feature, note }, at) => (
                    <tr key={at}>
                      <td class="is-number">{row}</td>
                      <td>{named(feature)}</td>
                      <td>{sentenceOfNote(note)}</td>
                    </tr>
                  ))}
                </Table>
              </>
            )}
            {taken.rejected.length > 0 && <p class="data-stale">{t.rowsRefused(taken.rejected.length)}</p>}
            {taken.rejected.length > 0 && (
              <Table heads={[t.dataRow, t.name, t.why]}>
                {taken.rejected.slice(0, 200).map(({ row, feature, note, errors }) => (
                  <tr key={row}>
                    <td class="is-number">{row}</td>
                    <td>{named(feature)}</td>
                    <td>
                      {errors
                        ? errors.map((one) => (lang.value === 'en' ? one.en : one.es)).join('; ')
                        : sentenceOfNote(note)}
                    </td>
                  </tr>
                ))}
              </Table>
            )}
            {taken.dry_run && taken.preview.length > 0 && (
              <>
                <p>{t.previewOf(taken.preview.length)}</p>
                <Table heads={[t.dataRow, t.name, t.state, t.type, t.place]}>
                  {taken.preview.map(({ row, facts }) => (
                    <tr key={row}>
                      <td class="is-number">{row}</td>
                      {(['name', 'state', 'type', 'place'] as const).map((kind) => (
                        <td key={kind}>{tell(facts, kind)}</td>
                      ))}
                    </tr>
                  ))}
                </Table>
              </>
            )}
            {taken.dry_run && taken.recorded > 0 && (
              <p class="data-actions">
                <button
                  type="button"
                  class="button is-main"
                  disabled={busy}
                  onClick={() => void send(file, false)}
                >
                  {t.recordAll(taken.recorded)}
                </button>
              </p>
            )}
          </>
        )}
      </form>
    </details>
  )
}
