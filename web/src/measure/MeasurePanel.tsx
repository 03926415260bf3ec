import { useEffect, useState } from 'preact/hooks'
import { isAborted, send } from '../api/client'
import { formatMeasure, formatNumber, lang } from '../i18n'
import { areaIn } from '../overlaps/area'
import { Icon } from '../panels/Icon'
import { inLanguage } from '../state/language'
import {
  broughtArea,
  clearMeasure,
  corners,
  type Measure,
  measuredArea,
  measuring,
  startMeasuring,
  stopMeasuring,
  undoCorner,
} from '../state/measure'
import { sizeOf, stretches } from './geodesic'
import { conditionIn, type LayerSummary, summarise } from './summary'
import { measureWords } from './words'
import '../styles/measure.css'

/** To the metre, and from a kilometre on to the metre as well. */
function lengthText(metres: number): string {
  if (metres < 1000) return `${formatMeasure(metres, lang.value, 0)}\u00a0m`
  return `${formatMeasure(metres / 1000, lang.value, 3)}\u00a0km`
}

const KINDS: Measure[] = ['line', 'area']

function Line() {
  const t = measureWords.value
  const lengths = stretches(corners.value)
  if (lengths.length === 0) return null
  const sum = lengths.reduce((a, b) => a + b, 0)
  return (
    <p role="status">
      <b>{t.length(lengthText(sum))}</b>
      {lengths.length > 1 && <> · {t.stretch(lengthText(lengths.at(-1) ?? 0))}</>}
    </p>
  )
}

function Size() {
  const t = measureWords.value
  const area = measuredArea.value
  if (!area) return null
  const { area_m2, boundary_m } = sizeOf(area)
  const [ha, km2] = [formatMeasure(area_m2 / 1e4, lang.value, 2), formatMeasure(area_m2 / 1e6, lang.value, 2)]
  return (
    <p role="status">
      <b>{t.size(ha, km2)}</b> · {t.boundary(lengthText(boundary_m))}
    </p>
  )
}

/** Corners or GeoJSON instead of clicks. */
function Paste() {
  const t = measureWords.value
  const [isWrong, setWrong] = useState(false)
  return (
    <details>
      <summary>{t.paste}</summary>
      <label>
        <span>{t.pasteHint}</span>
        <textarea
          rows={3}
          spellcheck={false}
          onInput={({ currentTarget }) => {
            const found = areaIn(currentTarget.value)
            setWrong(!found && currentTarget.value.trim() !== '')
            if (!found) return
            corners.value = []
            broughtArea.value = found
          }}
        />
      </label>
      {isWrong && <p role="alert">{t.wrong}</p>}
    </details>
  )
}

/** How many of each layer lie in the area, each number with its list; and the way to hectares. */
function Summary() {
  const t = measureWords.value
  const area = measuredArea.value
  const [found, setFound] = useState<LayerSummary[] | 'counting' | { failed: string } | null>(null)
  const [wanted, want] = useState(false)
  useEffect(() => {
    setFound(null)
    if (!wanted || !area) return
    const filter = conditionIn(area)
    if (!filter) {
      setFound({ failed: t.tooManyCorners })
      return
    }
    const controller = new AbortController()
    setFound('counting')
    summarise(filter, controller.signal)
      .then(setFound)
      .catch((error) => {
        if (!isAborted(error)) setFound({ failed: t.failed(error instanceof Error ? error.message : '') })
      })
    return () => controller.abort()
  }, [wanted, area])
  if (!area) return null
  const overlaps = async () => {
    try {
      const asked = { a: 'mining_concessions', b: 'area', relation: 'intersects', area }
      const answer = await send('POST', '/api/overlaps', asked)
      const { id, detail } = await answer.json()
      if (id) location.href = inLanguage(`/cruces?v=${id}`)
      else setFound({ failed: t.failed(detail ?? String(answer.status)) })
    } catch (error) {
      setFound({ failed: t.failed(error instanceof Error ? error.message : '') })
    }
  }
  return (
    <div class="measure-summary">
      <p class="measure-tools">
        <button type="button" class="button" aria-pressed={wanted} onClick={() => want(!wanted)}>
          {t.summarise}
        </button>
        <button type="button" class="link" onClick={overlaps}>
          {t.overlaps}
        </button>
      </p>
      {found === 'counting' && <p role="status">{t.counting}</p>}
      {found && found !== 'counting' && 'failed' in found && <p role="alert">{found.failed}</p>}
      {Array.isArray(found) && (
        <>
          {found.length === 0 && <p>{t.none}</p>}
          <ul>
            {found.map(({ layer, count, list }) => (
              <li key={layer.id}>
                {layer.title[lang.value]}:{' '}
                <a class="link" href={list} target="_blank" rel="noreferrer">
                  {formatNumber(count, lang.value)}
                </a>
              </li>
            ))}
          </ul>
          <p class="filter-note">{t.filteredNote}</p>
        </>
      )}
    </div>
  )
}

/** Distances and areas on the map, and what is in an area. */
export function MeasurePanel() {
  const t = measureWords.value
  const kind = measuring.value
  return (
    <section class="measure" aria-label={t.title}>
      <div class="measure-head">
        <fieldset class="segmented">
          <legend class="visually-hidden">{t.title}</legend>
          {KINDS.map((one) => (
            <button key={one} type="button" aria-pressed={kind === one} onClick={() => startMeasuring(one)}>
              {t[one]}
            </button>
          ))}
        </fieldset>
        <button type="button" class="tool" aria-label={t.close} title={t.close} onClick={stopMeasuring}>
          <Icon name="close" />
        </button>
      </div>
      {corners.value.length === 0 && !broughtArea.value && (
        <p class="filter-note">{kind === 'area' ? t.hintArea : t.hintLine}</p>
      )}
      {kind === 'area' ? <Size /> : <Line />}
      {(corners.value.length > 0 || broughtArea.value) && (
        <p class="measure-tools">
          <button type="button" class="link" disabled={corners.value.length === 0} onClick={undoCorner}>
            {t.undo}
          </button>
          <button type="button" class="link" onClick={clearMeasure}>
            {t.clear}
          </button>
        </p>
      )}
      {kind === 'area' && <Paste />}
      {kind === 'area' && <Summary />}
      <p class="filter-note">{t.geodesic}</p>
    </section>
  )
}
