import { useRef, useState } from 'preact/hooks'
import { lang, words } from '../i18n'
import { formatNumber } from '../i18n/format'
import { type Bin, totalOf } from '../state/timeScale'

/** Height of the drawing in its own units; its width is one unit for each bar. */
const HEIGHT = 40
const GAP = 0.12

/** Where each part of a bar begins and ends, from the bottom up. */
function partsOf(bin: Bin, most: number): { kind: string; y: number; height: number }[] {
  let top = HEIGHT
  return (['protests', 'others', 'turns'] as const).map((kind) => {
    // What happened at all is seen, however little it is beside the rest.
    const height = bin[kind] === 0 ? 0 : Math.max(1.2, (bin[kind] / most) * HEIGHT)
    top -= height
    return { kind, y: Math.max(0, top), height }
  })
}

interface HandleProps {
  bins: Bin[]
  at: number
  edge: number
  label: string
  onMove: (to: number) => void
}

const STEPS: Record<string, (at: number, last: number) => number> = {
  ArrowRight: (at) => at + 1,
  ArrowUp: (at) => at + 1,
  ArrowLeft: (at) => at - 1,
  ArrowDown: (at) => at - 1,
  PageUp: (at) => at + 12,
  PageDown: (at) => at - 12,
  Home: () => 0,
  End: (_, last) => last,
}

/** One end of the chosen stretch, moved by arrow keys. */
function Handle({ bins, at, edge, label, onMove }: HandleProps) {
  const last = bins.length - 1
  return (
    <g
      class="timeline-handle"
      role="slider"
      // (Attributes of SVG are told apart by their capitals.)
      tabindex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={at}
      aria-valuetext={bins[at]?.name}
      onKeyDown={(event) => {
        const step = STEPS[event.key]
        if (!step) return
        event.preventDefault()
        onMove(Math.min(last, Math.max(0, step(at, last))))
      }}
    >
      <rect x={edge - bins.length / 300} y="0" width={bins.length / 150} height={HEIGHT} />
    </g>
  )
}

interface ChartProps {
  bins: Bin[]
  chosen: [number, number] | null
  onChoose: (one: number, other: number) => void
}

/** Bars of what happened; a stretch is chosen by dragging over them, by a click on one, or by the ends' arrow keys. */
export function TimelineChart({ bins, chosen, onChoose }: ChartProps) {
  const t = words.value
  const svg = useRef<SVGSVGElement>(null)
  const [dragged, setDragged] = useState<[number, number] | null>(null)
  const most = Math.max(1, ...bins.map(totalOf))
  const placeOf = (event: PointerEvent) => {
    const box = svg.current?.getBoundingClientRect()
    if (!box || box.width === 0) return 0
    const place = Math.floor(((event.clientX - box.left) / box.width) * bins.length)
    return Math.min(bins.length - 1, Math.max(0, place))
  }
  const [one, other] = dragged ?? chosen ?? [0, bins.length - 1]
  const [first, last] = [Math.min(one, other), Math.max(one, other)]
  const isWhole = dragged === null && chosen === null
  return (
    <fieldset class="timeline-frame">
      <legend class="visually-hidden">{t.timelineChart}</legend>
      <svg
        ref={svg}
        class="timeline-chart"
        viewBox={`0 0 ${bins.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        data-whole={isWhole ? '' : undefined}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          setDragged([placeOf(event), placeOf(event)])
        }}
        onPointerMove={(event) => {
          if (dragged) setDragged([dragged[0], placeOf(event)])
        }}
        onPointerUp={() => {
          if (dragged) onChoose(dragged[0], dragged[1])
          setDragged(null)
        }}
        onPointerCancel={() => setDragged(null)}
      >
        <title>{t.timelineChart}</title>
        {!isWhole && <rect class="timeline-range" x={first} y="0" width={last - first + 1} height={HEIGHT} />}
        {bins.map((bin, at) => (
          <g key={bin.name} data-off={at < first || at > last ? '' : undefined}>
            <title>{`${bin.name}: ${t.timelineBin(bin.protests, bin.others, bin.turns)}`}</title>
            <rect class="timeline-hit" x={at} y="0" width="1" height={HEIGHT} />
            {partsOf(bin, most).map(
              ({ kind, y, height }) =>
                height > 0 && (
                  <rect
                    key={kind}
                    class={`timeline-${kind}`}
                    x={at + GAP / 2}
                    y={y}
                    width={1 - GAP}
                    height={height}
                  />
                ),
            )}
          </g>
        ))}
        <Handle
          bins={bins}
          at={first}
          edge={first}
          label={t.timelineFrom}
          onMove={(to) => onChoose(Math.min(to, last), last)}
        />
        <Handle
          bins={bins}
          at={last}
          edge={last + 1}
          label={t.timelineTo}
          onMove={(to) => onChoose(first, Math.max(to, first))}
        />
      </svg>
    </fieldset>
  )
}

/** The same as a table, for whoever cannot see bars. */
export function TimelineTable({ bins }: { bins: Bin[] }) {
  const t = words.value
  const some = bins.filter((bin) => totalOf(bin) > 0)
  const cell = (value: number) => formatNumber(value, lang.value)
  return (
    <div class="visually-hidden">
      <table>
        <caption>{t.timelineChart}</caption>
        <thead>
          <tr>
            <th scope="col">{t.timelineWhen}</th>
            <th scope="col">{t.timelineProtests}</th>
            <th scope="col">{t.timelineOthers}</th>
            <th scope="col">{t.timelineTurns}</th>
          </tr>
        </thead>
        <tbody>
          {some.map((bin) => (
            <tr key={bin.name}>
              <th scope="row">{bin.name}</th>
              <td>{cell(bin.protests)}</td>
              <td>{cell(bin.others)}</td>
              <td>{cell(bin.turns)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
