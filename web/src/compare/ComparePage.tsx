import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { ItemCollection } from '../api/types'
import { LoadFailed } from '../data/LoadFailed'
import { PageHeader } from '../data/PageHeader'
import { Table } from '../data/Table'
import { formatDate, formatNumber, lang, readablePlace, words } from '../i18n'
import { Badge } from '../panels/Badge'
import { ChangeMark } from '../panels/ChangeMark'
import { standingOf } from '../panels/ChangesFilter'
import { CopyButton } from '../panels/CopyButton'
import { StateMark } from '../panels/StateMark'
import { CASES, layerById, natureOf } from '../state/catalogue'
import { inLanguage } from '../state/language'
import { categoriesOf } from '../state/palette'
import { hasMap, mapStatus } from '../state/view'
import { hasWebgl2 } from '../webgl'
import {
  cameAndWent,
  changes,
  days,
  department,
  failed,
  loading,
  retry,
  sides,
  standingsUrl,
  today,
} from './compare'
import type { CasesMap } from './maps'
import { compareWords } from './words'

/** A department of one case is not a street. */
const CLOSEST = 8

const number = (value: number) => formatNumber(value, lang.value)

function Dates() {
  const t = compareWords.value
  const field = (title: string, at: 0 | 1) => (
    <label>
      {title}{' '}
      <input
        type="date"
        max={today()}
        value={days.value[at]}
        onChange={({ currentTarget }) => {
          const day = currentTarget.value
          if (!day) {
            currentTarget.value = days.value[at]
            return
          }
          days.value = at === 0 ? [day, days.value[1]] : [days.value[0], day]
        }}
      />
    </label>
  )
  return (
    <p class="compare-dates">
      {field(t.before, 0)}
      {field(t.after, 1)}
      {department.value && (
        <>
          <b>{t.inDepartment(readablePlace(department.value))}</b>
          <button
            type="button"
            class="link"
            onClick={() => {
              department.value = null
            }}
          >
            {t.everywhere}
          </button>
        </>
      )}
      <CopyButton icon="link" label={words.value.copyLink} text={() => location.href} />
    </p>
  )
}

/** How many cases of each state there were. */
function Counts({ cases }: { cases: ItemCollection }) {
  const layer = layerById(CASES)
  if (!layer) return null
  const countOf = (code: string) =>
    cases.features.filter(({ properties }) => properties.state === code).length
  return (
    <ul class="compare-counts">
      <li>
        <b>{compareWords.value.cases(cases.features.length)}</b> <Badge nature={natureOf(layer.sources)} />
      </li>
      {categoriesOf(layer).map(({ code, title, color }) => (
        <li key={code}>
          <StateMark state={code} color={color} /> {title[lang.value]}: {number(countOf(code))}
        </li>
      ))}
    </ul>
  )
}

/** Leads to the department that is compared, if it is one: the other map follows. */
function frame({ map }: CasesMap, where: string | null, shown: readonly ItemCollection[] | null): void {
  const points = (shown ?? [])
    .flatMap(({ features }) => features)
    .flatMap(({ geometry }) => (geometry?.type === 'Point' ? [geometry.coordinates] : []))
  if (!where || points.length === 0) return
  const [lons, lats] = [points.map(([lon = 0]) => lon), points.map(([, lat = 0]) => lat)]
  map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], {
    padding: 48,
    maxZoom: CLOSEST,
    animate: false,
  })
}

/** The two maps, made once; what they show follows. */
function useMaps(): RefObject<HTMLDivElement | null>[] {
  const [one, other] = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)]
  const maps = useRef<[CasesMap, CasesMap] | null>(null)
  const shown = sides.value
  const isReady = shown !== null
  useEffect(() => {
    if (!isReady || !one.current || !other.current) return
    const containers: [HTMLElement, HTMLElement] = [one.current, other.current]
    let isGone = false
    void (async () => {
      if (!(await hasWebgl2())) {
        mapStatus.value = 'no-webgl'
        return
      }
      const { casesMap, moveTogether } = await import('./maps')
      if (isGone) return
      const [a, b] = days.peek().map((day) => compareWords.peek().mapOf(formatDate(day, lang.peek())))
      maps.current = [casesMap(containers[0], a ?? ''), casesMap(containers[1], b ?? '')]
      moveTogether(maps.current[0].map, maps.current[1].map)
      sides.peek()?.forEach((cases, at) => {
        maps.current?.[at]?.show(cases)
      })
      frame(maps.current[0], department.peek(), sides.peek())
    })()
    return () => {
      isGone = true
      maps.current?.forEach(({ map }) => {
        map.remove()
      })
      maps.current = null
    }
  }, [isReady])
  useEffect(() => {
    shown?.forEach((cases, at) => {
      maps.current?.[at]?.show(cases)
    })
  }, [shown])
  return [one, other]
}

function Sides() {
  const t = compareWords.value
  const containers = useMaps()
  return (
    <div class="compare-sides">
      {days.value.map((day, at) => {
        const cases = sides.value?.[at]
        return (
          <section key={at === 0 ? 'before' : 'after'}>
            <h2>{t.on(formatDate(day, lang.value))}</h2>
            {cases && <Counts cases={cases} />}
            {hasMap.value && <div class="data-map" ref={containers[at]} />}
            <CopyButton
              icon="code"
              label={words.value.copyQuery}
              text={() => location.origin + standingsUrl(day)}
            />
          </section>
        )
      })}
    </div>
  )
}

function Changed() {
  const t = compareWords.value
  const answer = changes.value
  if (!answer) return null
  const shown = answer.changes.filter(({ feature }) => feature !== null)
  return (
    <section>
      <h2>{t.changed}</h2>
      {shown.length === 0 ? (
        <p>{t.nothing}</p>
      ) : (
        <Table heads={[t.kind, t.name, t.standing]}>
          {shown.map((one) => (
            <tr key={one.feature}>
              <td>
                <ChangeMark kind={one.change} /> {words.value.changeKinds[one.change]}
              </td>
              <td>
                <a class="link" href={inLanguage(`/mapa?sel=${CASES}.${one.feature}`)}>
                  {one.name}
                </a>
                {one.department && ` (${readablePlace(one.department)})`}
              </td>
              <td>{standingOf(one)}</td>
            </tr>
          ))}
        </Table>
      )}
      {cameAndWent.value > 0 && <p>{t.cameAndWent(cameAndWent.value)}</p>}
      {answer.number_returned < answer.number_matched && (
        <p>{t.more(answer.number_returned, answer.number_matched)}</p>
      )}
      <p class="case-note">{t.data(answer.revision)}</p>
    </section>
  )
}

/** The conflicts of the map on two days, side by side, and what changed between them. */
export function ComparePage() {
  const t = compareWords.value
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data compare" tabIndex={-1}>
        <h1>{t.title}</h1>
        <p>{t.intro}</p>
        <Dates />
        {days.value[0] > days.value[1] && <p role="alert">{t.swapped}</p>}
        {failed.value !== null && <LoadFailed error={failed.value} retry={retry} />}
        {!hasMap.value && <p>{t.noMap}</p>}
        <p role="status" class="visually-hidden">
          {loading.value ? t.loading : ''}
        </p>
        {loading.value && !sides.value && <p>{t.loading}</p>}
        <Sides />
        <Changed />
      </main>
    </>
  )
}
