import { computed } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { PageHeader } from '../data/PageHeader'
import { formatDate, formatNumber, lang, readablePlace, words } from '../i18n'
import { Badge } from '../panels/Badge'
import { CopyButton } from '../panels/CopyButton'
import { filterTitles } from '../panels/filterTitles'
import { LayerMark } from '../panels/LayerMark'
import { Legend } from '../panels/Legend'
import { followSize } from '../panels/MapPane'
import { licenceOf } from '../panels/Sources'
import { basemapCredits } from '../state/basemap'
import { cases, filteredCases, knownInstitutions } from '../state/cases'
import { CASES, catalogue, layerById, layers, natureOf } from '../state/catalogue'
import { chosenDepartment, isShown } from '../state/filters'
import { bounds, hasMap, mapStatus } from '../state/view'
import { hasWebgl2 } from '../webgl'
import { heading, ORIENTATIONS, orientation, PAPERS, paper, picture } from './sheet'
import { sheetWords } from './words'

/** Dots of the picture for each CSS pixel (1/96 inch): some 260 dots an inch on either paper. */
const RATIO = 2.7
/** Wider or higher than this no picture is drawn; A3 is 1,587 CSS pixels wide. */
const LARGEST = 8192

/** Draws the map and, whenever it rests, keeps a picture of it: the canvas itself does not print. */
async function drawMap(container: HTMLElement): Promise<() => void> {
  if (!(await hasWebgl2())) {
    mapStatus.value = 'no-webgl'
    return () => undefined
  }
  const { startMap } = await import('../map/start')
  const map = startMap(container, {
    pixelRatio: RATIO,
    maxCanvasSize: [LARGEST, LARGEST],
    canvasContextAttributes: { preserveDrawingBuffer: true },
  })
  let url: string | null = null
  map.on('movestart', () => {
    picture.value = null
  })
  map.on('dataloading', () => {
    picture.value = null
  })
  map.on('idle', () => {
    map.getCanvas().toBlob((blob) => {
      if (!blob) return
      if (url) URL.revokeObjectURL(url)
      url = URL.createObjectURL(blob)
      picture.value = url
    })
  })
  return () => map.remove()
}

function SheetMap() {
  const container = useRef<HTMLDivElement>(null)
  const known = catalogue.value !== null
  useEffect(() => (container.current ? followSize(container.current) : undefined), [])
  useEffect(() => {
    if (!known || !container.current) return
    const drawn = drawMap(container.current)
    return () => void drawn.then((remove) => remove())
  }, [known])
  return (
    <div class="sheet-map">
      <div id="map" ref={container} />
      {picture.value && <img src={picture.value} alt="" />}
      {!hasMap.value && <p>{sheetWords.value.noMap}</p>}
      <svg class="sheet-north" viewBox="0 0 20 34" aria-hidden="true">
        <path d="M10 1 3 20l7-4 7 4Z" />
        <text x="10" y="32" text-anchor="middle">
          N
        </text>
      </svg>
    </div>
  )
}

const usualHeading = () => {
  const department = chosenDepartment.value
  return department ? sheetWords.value.usualIn(readablePlace(department)) : sheetWords.value.usual
}

function Tools() {
  const t = sheetWords.value
  const choice = <T extends string>(
    title: string,
    value: T,
    all: readonly T[],
    name: (one: T) => string,
    set: (one: T) => void,
  ) => (
    <label>
      {title}{' '}
      <select value={value} onChange={({ currentTarget }) => set(currentTarget.value as T)}>
        {all.map((one) => (
          <option key={one} value={one}>
            {name(one)}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <div class="sheet-tools">
      <h1>{t.title}</h1>
      <p>
        <label class="sheet-heading">
          {t.heading}{' '}
          <input
            type="text"
            maxLength={120}
            placeholder={usualHeading()}
            value={heading.value}
            onInput={({ currentTarget }) => {
              heading.value = currentTarget.value
            }}
          />
        </label>
        {choice(
          t.paper,
          paper.value,
          PAPERS,
          (one) => one.toUpperCase(),
          (one) => {
            paper.value = one
          },
        )}
        {choice(
          t.orientation,
          orientation.value,
          ORIENTATIONS,
          (one) => t[one],
          (one) => {
            orientation.value = one
          },
        )}
        <button type="button" class="button is-main" disabled={!picture.value} onClick={() => print()}>
          {t.print}
        </button>
        <CopyButton icon="link" label={words.value.copyLink} text={() => location.href} />
      </p>
      <p role="status">{!hasMap.value ? t.noMap : picture.value ? t.ready : t.drawing}</p>
      <p class="case-note">{t.hint}</p>
    </div>
  )
}

/** How many of the cases lie where the map looks. */
const casesInFrame = computed(() => {
  const frame = bounds.value
  if (!frame || !filteredCases.value) return null
  const [west, south, east, north] = frame
  const isWithin = ([lon = 0, lat = 0]: readonly number[]) =>
    west <= lon && lon <= east && south <= lat && lat <= north
  return filteredCases.value.features.filter(
    ({ geometry }) => geometry?.type === 'Point' && isWithin(geometry.coordinates),
  ).length
})

/** What the sheet says beside the map: which cases these are, what signs mean, whose data it is. */
function Margin() {
  const t = sheetWords.value
  const shown = layers.value.filter(isShown)
  const number = (value: number | undefined) => formatNumber(value ?? 0, lang.value)
  const titles = filterTitles.value.map(({ title }) => title)
  return (
    <div class="sheet-margin">
      <section>
        <h2>{t.legend}</h2>
        {shown.map((layer) => (
          <div key={layer.id} class="sheet-layer">
            <h3>
              {!layer.category_field && <LayerMark layer={layer} category={null} />} {layer.title[lang.value]}{' '}
              <Badge nature={natureOf(layer.sources)} />
            </h3>
            <Legend layer={layer} />
          </div>
        ))}
      </section>
      <section>
        <h2>{t.filters}</h2>
        <p>
          {titles.length > 0 ? titles.join(' · ') : t.allCases}.{' '}
          {t.cases(number(filteredCases.value?.features.length), number(cases.value?.features.length))}
          {casesInFrame.value !== null && `, ${t.inFrame(number(casesInFrame.value))}`}
        </p>
        {shown.some(({ id }) => id === CASES) && <p>{t.approximate}</p>}
      </section>
    </div>
  )
}

/** Whose data the sheet shows, under which licence. */
function sourcesOf(): string[] {
  const told = layers.value
    .filter(isShown)
    .flatMap((layer) =>
      layer.sources.map(
        (source) => `${layer.title[lang.value]}: ${source.source[lang.value]} (${licenceOf(source)})`,
      ),
    )
  const shown = layerById(CASES)
  const registers = shown && isShown(shown) && knownInstitutions.value.length > 0
  return [
    ...told,
    ...(registers ? [words.value.registers] : []),
    `${words.value.basemap}: ${basemapCredits()}`,
  ]
}

/** What the map shows on a sheet of A4 or A3, to print or to save as PDF from the browser. */
export function SheetPage() {
  const t = sheetWords.value
  const today = new Date().toISOString()
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data sheet-page" tabIndex={-1}>
        <Tools />
        <article class="sheet" data-paper={paper.value} data-orientation={orientation.value}>
          <h2 class="sheet-title">{heading.value.trim() || usualHeading()}</h2>
          <div class="sheet-body">
            {/* A map of another size is made anew. */}
            <SheetMap key={`${paper.value} ${orientation.value}`} />
            <Margin />
          </div>
          <p class="sheet-foot">
            <b>{t.sources}.</b> {sourcesOf().join('; ')}.
            <br />
            {t.stamp(formatDate(today, lang.value), String(catalogue.value?.revision ?? '–'))} · {t.north}
            <br />
            {location.href}
          </p>
        </article>
      </main>
    </>
  )
}
