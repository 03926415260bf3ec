import type { ComponentChildren } from 'preact'
import { Facts } from '../data/Facts'
import { PageHeader } from '../data/PageHeader'
import { formatNumber, lang } from '../i18n'
import { CopyButton } from '../panels/CopyButton'
import { Opening } from '../panels/Opening'
import { layers } from '../state/catalogue'
import { inLanguage } from '../state/language'
import { AreaChooser } from './AreaChooser'
import { CoveredArea } from './CoveredArea'
import { type Answer, AREA, answer, ask, busy, cancel, failed, isOther, question, underWay } from './overlaps'
import { PairTable } from './PairTable'
import { PairView } from './PairView'
import { TotalsTable } from './TotalsTable'
import { overlapWords } from './words'

/** From 100 m to 100 km; each step is as much more as the one before. */
const fromSlider = (step: number) => Number((100 * 10 ** ((step / 100) * 3)).toPrecision(2))
const toSlider = (metres: number) => Math.round((Math.log10(metres / 100) / 3) * 100)

function Progress() {
  const t = overlapWords.value
  const work = underWay.value
  if (!busy.value) return null
  const whole = (value: number) => formatNumber(value, lang.value)
  return (
    <p class="data-progress" role="status">
      {work?.total ? (
        <progress aria-label={t.running} value={work.done} max={work.total} />
      ) : (
        <progress aria-label={t.running} />
      )}
      {work && (
        <>
          {work.status === 'accepted' ? t.waiting : t.progress(whole(work.done), whole(work.total))}{' '}
          <button type="button" class="button" onClick={() => void cancel()}>
            {t.cancel}
          </button>
        </>
      )}
    </p>
  )
}

function QuestionForm() {
  const t = overlapWords.value
  const asked = question.value
  const set = (change: Partial<typeof asked>) => {
    question.value = { ...asked, ...change }
  }
  const choice = (side: 'a' | 'b', label: string) => (
    <label>
      <span>{label}</span>
      <select
        value={asked[side]}
        onChange={(event) =>
          set({
            [side]: event.currentTarget.value,
            [`where_${side}`]: undefined,
            [`ids_${side}`]: undefined,
          })
        }
      >
        {layers.value.map((layer) => (
          <option key={layer.id} value={layer.id}>
            {layer.title[lang.value]}
          </option>
        ))}
        <option value={AREA}>{t.areaAsLayer}</option>
      </select>
    </label>
  )
  const filter = (side: 'where_a' | 'where_b', label: string) => (
    <div>
      <label>
        <span>{label}</span>
        <input
          value={asked[side] ?? ''}
          spellcheck={false}
          aria-describedby={`${side}-fields`}
          onInput={(event) => set({ [side]: event.currentTarget.value || undefined })}
        />
      </label>
      <small id={`${side}-fields`}>{t.fieldsOf(fieldsOf(asked[side === 'where_a' ? 'a' : 'b']))}</small>
    </div>
  )
  const fieldsOf = (layer: string) => {
    const fields = layers.value.find(({ id }) => id === layer)?.fields ?? []
    return fields.map(({ name }) => name).join(', ')
  }
  const submit = (event: Event) => {
    event.preventDefault()
    void ask()
  }
  return (
    <form class="data-import" onSubmit={submit}>
      <div class="data-options">
        {choice('a', t.first)}
        {choice('b', t.second)}
        <label>
          <span>{t.relation}</span>
          <select
            value={asked.relation}
            onChange={(event) => {
              const relation = event.currentTarget.value
              set({ relation, distance_m: relation === 'near' ? (asked.distance_m ?? 5000) : undefined })
            }}
          >
            {Object.entries(t.relations).map(([relation, name]) => (
              <option key={relation} value={relation}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {asked.relation === 'near' && (
          <label>
            <span>{t.distance}</span>
            <input
              type="range"
              min={0}
              max={100}
              value={toSlider(asked.distance_m ?? 5000)}
              aria-label={t.distance}
              aria-valuetext={`${formatNumber(asked.distance_m ?? 5000, lang.value)} m`}
              onInput={(event) => set({ distance_m: fromSlider(event.currentTarget.valueAsNumber) })}
            />
            <input
              type="number"
              aria-label={t.distance}
              min={1}
              max={100000}
              required
              value={asked.distance_m}
              onInput={(event) => set({ distance_m: event.currentTarget.valueAsNumber || undefined })}
            />
          </label>
        )}
      </div>
      <AreaChooser />
      <Opening
        when={[asked.where_a, asked.where_b, asked.tolerance_m, asked.asOf].some(
          (told) => told !== undefined,
        )}
      >
        <summary>{t.filters}</summary>
        <p>{t.filtersHint}</p>
        <div class="data-options">
          {filter('where_a', t.filterOf(t.first))}
          {filter('where_b', t.filterOf(t.second))}
          <label>
            <span>{t.tolerance}</span>
            <input
              type="number"
              min={0}
              max={10000}
              step="any"
              value={asked.tolerance_m ?? ''}
              onInput={(event) => {
                const metres = event.currentTarget.valueAsNumber
                set({ tolerance_m: Number.isNaN(metres) ? undefined : metres })
              }}
            />
          </label>
          <label>
            <span>{t.asOf}</span>
            <input
              type="date"
              value={asked.asOf ?? ''}
              onInput={(event) => set({ asOf: event.currentTarget.value || undefined })}
            />
          </label>
        </div>
      </Opening>
      <p class="data-actions">
        <button type="submit" class="button is-main" disabled={busy.value}>
          {busy.value ? t.running : t.run}
        </button>
      </p>
      <Progress />
      {failed.value && (
        <p class="data-failed" role="alert">
          {t.failed(t.whys[failed.value.status] ?? failed.value.message)}
        </p>
      )}
    </form>
  )
}

const FILES = [
  ['csv', 'CSV'],
  ['geojson', 'GeoJSON'],
  ['gpkg', 'GeoPackage'],
  ['parquet', 'GeoParquet'],
] as const

function AnswerView() {
  const t = overlapWords.value
  const now = answer.value
  if (!now) return null
  const { totals, layers: asked, filters } = now
  const whole = (value: number) => formatNumber(value, lang.value)
  const hectares = (value: number) => `${formatNumber(value, lang.value, 4)} ha`
  const facts: [string, ComponentChildren][] = [
    ...(now.area ? [[t.areaFact, hectares(now.area.geodesic_ha)] as [string, string]] : []),
    [t.pairs, whole(totals.pairs)],
    [asked.a.title[lang.value], t.of(whole(totals.features_a), whole(totals.asked_a))],
    [asked.b.title[lang.value], t.of(whole(totals.features_b), whole(totals.asked_b))],
    [t.sum, hectares(totals.sum_over_pairs_ha)],
    [t.covered, <CoveredArea key={now.id} answer={now} />],
    ...(totals.pairs_within_tolerance > 0
      ? [
          [t.within, `${whole(totals.pairs_within_tolerance)} (${hectares(totals.within_tolerance_ha)})`] as [
            string,
            string,
          ],
        ]
      : []),
    [t.accuracy, <Accuracy key={now.id} answer={now} />],
    [t.counted, [filters.a, filters.b].filter(Boolean).join('; ') || t.everything],
    [t.sources, [...new Set([asked.a.attribution, asked.b.attribution])].filter(Boolean).join('; ')],
  ]
  const file = (format: string) => `/api/overlaps/${now.id}?f=${format}`
  return (
    <section class="data-layer" aria-live="polite">
      {(asked.a.synthetic || asked.b.synthetic) && <p class="badge">{t.synthetic}</p>}
      <Facts facts={facts} />
      <p class="data-actions">
        <span class="data-files">
          {t.download}{' '}
          {FILES.map(([format, name]) => (
            <a key={format} class="link" href={file(format)}>
              {name}
            </a>
          ))}
        </span>
        {now.question.area && (
          <a class="link" href={inLanguage(`/expediente?v=${now.id}`)}>
            {t.areaDossier}
          </a>
        )}
        <CopyButton icon="link" label={t.link} text={() => location.href} />
        <CopyButton
          icon="link"
          label={t.api}
          text={() =>
            `curl -X POST '${location.origin}/api/overlaps' --data '${JSON.stringify(now.question).replaceAll("'", "'\\''")}'`
          }
        />
      </p>
      {isOther.value && (
        <p class="data-stale" role="status">
          {t.isOther}
        </p>
      )}
      {totals.pairs === 0 && <p>{t.none}</p>}
      {[asked.a, asked.b]
        .filter((layer) => layer.id !== AREA && layer.sources.length === 0)
        .map((layer) => (
          <p key={layer.id}>{t.noData(layer.title[lang.value])}</p>
        ))}
      {asked.a.id === asked.b.id && <p>{t.bothWays}</p>}
      <PairView />
      {totals.pairs > 0 && <PairTable answer={now} />}
      {totals.pairs > 0 && <p class="overlap-note">{t.conflictsNote}</p>}
      {totals.pairs > 0 && <TotalsTable key={now.id} answer={now} />}
    </section>
  )
}

/** How well the places of each side are known, by their sources. */
function Accuracy({ answer: { layers: asked } }: { answer: Answer }) {
  const t = overlapWords.value
  const known = (metres: number | null) =>
    metres === null ? t.accuracyUnknown : `±${formatNumber(metres, lang.value)} m`
  return (
    <>
      {[asked.a, asked.b].map(({ id, title, sources }, place) => (
        <span key={`${id} ${place}`}>
          {place > 0 && <br />}
          {title[lang.value]}:{' '}
          {[...new Set(sources.map((source) => known(source.accuracy_m)))].join(', ') || '–'}
        </span>
      ))}
    </>
  )
}

/** Which features of two layers lie on one another. */
export function OverlapsPage() {
  const t = overlapWords.value
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data" tabIndex={-1}>
        <h1>{t.title}</h1>
        <p>{t.intro}</p>
        <QuestionForm />
        <AnswerView />
      </main>
    </>
  )
}
