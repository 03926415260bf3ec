import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ApiError } from '../api/client'
import { formatNumber, lang } from '../i18n'
import { layerById, layers } from '../state/catalogue'
import { ColumnTable } from './ColumnTable'
import { commit, discard, examine, examined, isAtRest, job, keyOf, type Options, token } from './job'
import type { Columns } from './mappings'
import { ReportView } from './ReportView'
import { Said } from './Said'
import { loadVintages, seeChanges } from './vintages'
import { dataWords } from './words'

const FORMATS = '.geojson,.json,.topojson,.gpkg,.zip,.kml,.kmz,.csv,.gz,.xlsx'

function Progress() {
  const t = dataWords.value
  const current = job.value
  if (!current) return null
  const number = (value: number) => formatNumber(value, lang.value)
  return (
    <div class="data-progress" role="status">
      <p>
        <strong>{current.file}</strong> · {t.states[current.state]}
        {current.state === 'reading' && ` ${t.rows(number(current.rows), number(current.total))}`}
      </p>
      {!isAtRest(current.state) &&
        (current.state === 'reading' && current.total > 0 ? (
          <progress value={current.rows} max={current.total} aria-label={t.states[current.state]} />
        ) : (
          <progress aria-label={t.states[current.state]} />
        ))}
      {current.reason && (
        <p class="data-failed" role="alert">
          <Said text={current.reason} />
        </p>
      )}
    </div>
  )
}

/** A file in: chosen, examined, looked at, then committed or discarded. */
export function ImportPanel() {
  const t = dataWords.value
  const file = useSignal<File | null>(null)
  const options = useSignal<Options>({ layer: '' })
  const failed = useSignal('')
  const over = useSignal(false)
  const current = job.value
  const busy = current !== null && !isAtRest(current.state)
  const isStale = current !== null && keyOf(options.value) !== examined.value
  const optionsBox = useRef<HTMLDetailsElement>(null)
  const outcome = useRef<HTMLDivElement>(null)
  // What was examined is told where the eye and the reader are.
  useEffect(() => {
    if (current?.state !== 'examined' && current?.state !== 'failed') return
    if (current.state === 'examined' && optionsBox.current) optionsBox.current.open = false
    outcome.current?.focus()
    outcome.current?.scrollIntoView({ block: 'start' })
  }, [current?.state])
  const isUnsaved = busy || current?.state === 'examined'
  useEffect(() => {
    if (!isUnsaved) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isUnsaved])
  const set = (name: string) => (event: Event) => {
    const input = event.currentTarget as HTMLInputElement | HTMLSelectElement
    const value =
      input instanceof HTMLInputElement && input.type === 'checkbox'
        ? input.checked
          ? 'true'
          : ''
        : input.value
    options.value = { ...options.value, [name]: value }
  }
  const attempt = async (work: () => Promise<void>) => {
    failed.value = ''
    try {
      await work()
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0
      const refused = status === 401 ? t.wrongToken : status === 403 ? t.closed : ''
      failed.value = refused || (error as Error).message || t.states.failed || ''
    }
  }
  const choose = (chosen: File | undefined) => {
    if (chosen) file.value = chosen
  }
  const chooseLayer = (event: Event) => {
    // Other fields: what was told of their columns is of no use.
    tell({})
    set('layer')(event)
  }
  const begin = (event: Event) => {
    event.preventDefault()
    const chosen = file.value
    if (chosen) void attempt(() => examine(chosen, options.value))
  }
  const finish = () =>
    attempt(async () => {
      await commit()
      const layer = options.value.layer ?? ''
      await Promise.all([seeChanges(layer), loadVintages(layer)])
    })
  const startAnew = () =>
    attempt(async () => {
      file.value = null
      // What was said of this file says nothing of the next one.
      options.value = { layer: options.value.layer ?? '', source: options.value.source ?? '' }
      await discard()
    })
  const told: Columns = JSON.parse(options.value.columns || '{}')
  const tell = (columns: Columns) => {
    const some = Object.keys(columns).length > 0
    options.value = { ...options.value, columns: some ? JSON.stringify(columns) : '' }
  }
  const text = (name: string, label: string) => (
    <label>
      <span>{label}</span>
      <input value={options.value[name] ?? ''} onInput={set(name)} disabled={busy} />
    </label>
  )
  return (
    <section class="data-import" id="importar" aria-labelledby="import-title">
      <h2 id="import-title">{t.importTitle}</h2>
      <p>{t.importIntro}</p>
      <form onSubmit={begin}>
        <label>
          <span>{t.token}</span>
          <input
            type="password"
            autocomplete="off"
            required
            value={token.value}
            aria-describedby="token-hint"
            onInput={(event) => {
              token.value = event.currentTarget.value
            }}
          />
          <small id="token-hint">{t.tokenHint}</small>
        </label>
        <label
          class={over.value ? 'data-drop is-over' : 'data-drop'}
          onDragOver={(event) => {
            event.preventDefault()
            over.value = true
          }}
          onDragLeave={() => {
            over.value = false
          }}
          onDrop={(event) => {
            event.preventDefault()
            over.value = false
            if (!current) choose(event.dataTransfer?.files[0])
          }}
        >
          <span>{t.file}</span>
          <strong>{file.value ? file.value.name : t.drop}</strong>
          <input
            type="file"
            accept={FORMATS}
            disabled={current !== null}
            onChange={(event) => choose(event.currentTarget.files?.[0])}
          />
        </label>
        <label>
          <span>{t.layer}</span>
          <select required value={options.value.layer} onChange={chooseLayer} disabled={busy}>
            <option value="">{t.chooseLayer}</option>
            {layers.value.map((layer) => (
              <option key={layer.id} value={layer.id}>
                {layer.title[lang.value]}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t.validOn}</span>
          <input
            type="date"
            value={options.value['valid-on'] ?? ''}
            onInput={set('valid-on')}
            disabled={busy}
          />
        </label>
        <label>
          <span>{t.source}</span>
          <input
            list="import-sources"
            value={options.value.source ?? ''}
            onInput={set('source')}
            disabled={busy}
            aria-describedby="source-hint"
          />
          <small id="source-hint">{t.sourceHint}</small>
          <datalist id="import-sources">
            {layerById(options.value.layer ?? '')?.sources.map((source) => (
              <option key={source.preset}>{source.preset}</option>
            ))}
          </datalist>
        </label>
        <details ref={optionsBox}>
          <summary>{t.options}</summary>
          <p>{t.optionsHint}</p>
          <div class="data-options">
            {text('source-crs', t.sourceCrs)}
            {text('operation', t.operation)}
            {text('encoding', t.encoding)}
            {text('source-layer', t.sourceLayer)}
            {text('preset', t.preset)}
            {text('licence', t.licence)}
            {text('attribution', t.attribution)}
            <label class="data-check">
              <input type="checkbox" onChange={set('allow-outside')} disabled={busy} />
              <span>{t.allowOutside}</span>
            </label>
            <label class="data-check">
              <input type="checkbox" onChange={set('overwrite-edits')} disabled={busy} />
              <span>{t.overwriteEdits}</span>
            </label>
          </div>
        </details>
        {failed.value && (
          <p class="data-failed" role="alert">
            <Said text={failed.value} />
          </p>
        )}
        <div ref={outcome} tabIndex={-1} class="data-outcome">
          <Progress />
        </div>
        {current && isAtRest(current.state) && current.state !== 'committed' && (
          <ColumnTable job={current} told={told} tell={tell} attempt={attempt} />
        )}
        {current?.report && current.state !== 'failed' && (
          <ReportView job={current} report={current.report} />
        )}
        {isStale && current?.state === 'examined' && (
          <p class="data-failed" role="alert">
            {t.stale}
          </p>
        )}
        <p class="data-actions">
          {current?.state !== 'committed' && (
            <button type="submit" class="button" disabled={busy || !file.value}>
              {current?.id ? t.examineAgain : t.examine}
            </button>
          )}
          {current?.state === 'examined' && !current.report?.same_as && (
            <button type="button" class="button is-main" onClick={finish} disabled={isStale}>
              {t.commit}
            </button>
          )}
          {current && (
            <button type="button" class="button" onClick={startAnew}>
              {current.state === 'committed' ? t.another : t.discard}
            </button>
          )}
        </p>
      </form>
    </section>
  )
}
