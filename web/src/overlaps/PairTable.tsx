import { useRef } from 'preact/hooks'
import { Table } from '../data/Table'
import { formatMeasure, lang } from '../i18n'
import { type Answer, busy, chosen, type PairSide, showMore, sort, sortBy } from './overlaps'
import { overlapWords } from './words'

export const nameOf = ({ name, code, id }: PairSide) => [name, code].filter(Boolean).join(' · ') || String(id)

/** The pairs, the largest first; with the arrows one goes from pair to pair. */
export function PairTable({ answer }: { answer: Answer }) {
  const t = overlapWords.value
  const box = useRef<HTMLDivElement>(null)
  const number = (value: number | null, digits: number) =>
    value === null ? '–' : formatMeasure(value, lang.value, digits)
  const isNear = ['near', 'downstream'].includes(answer.question.relation)
  const names = [answer.layers.a, answer.layers.b].map((layer) => layer.title[lang.value])
  const step = (event: KeyboardEvent) => {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!way || chosen.value === null) return
    event.preventDefault()
    chosen.value = Math.min(Math.max(chosen.value + way, 0), answer.pairs.length - 1)
    box.current?.querySelectorAll<HTMLButtonElement>('tbody button[aria-pressed]')[chosen.value]?.focus()
  }
  const heads = [
    ...names,
    t.kind,
    t.geodesic,
    t.utmHead,
    ...names.map((name) => t.percent(name)),
    ...(isNear ? [t.distanceHead] : []),
    t.border,
    t.conflicts,
    t.came,
  ].map((head, at) => (at === 1 && names[0] === names[1] ? `${head} (2)` : head))
  return (
    <div ref={box} class="overlap-pairs">
      <label class="overlap-order">
        <span>{t.order}</span>{' '}
        <select value={sort.value} onChange={(event) => void sortBy(event.currentTarget.value)}>
          {Object.entries(t.orders).map(([order, name]) => (
            <option key={order} value={order}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Table heads={heads}>
        {answer.pairs.map((pair, place) => (
          <tr key={`${pair.a.id} ${pair.b.id}`} class={place === chosen.value ? 'is-chosen' : undefined}>
            <td>
              <button
                type="button"
                class="link"
                aria-pressed={place === chosen.value}
                onKeyDown={step}
                onClick={() => {
                  chosen.value = place
                }}
              >
                {nameOf(pair.a)}
              </button>
            </td>
            <td>
              <button
                type="button"
                class="link"
                tabIndex={-1}
                onClick={() => {
                  chosen.value = place
                }}
              >
                {nameOf(pair.b)}
              </button>
            </td>
            <td>
              {t.kinds[pair.class]}
              {pair.sliver && `, ${t.sliver}`}
            </td>
            <td class="is-number">{number(pair.geodesic_ha, 4)}</td>
            <td class="is-number" title={t.utm(pair.utm_zone)}>
              {number(pair.utm_ha, 4)}
            </td>
            <td class="is-number">{number(pair.percent_a, 2)}</td>
            <td class="is-number">{number(pair.percent_b, 2)}</td>
            {isNear && <td class="is-number">{number(pair.distance_m, 0)}</td>}
            <td class="is-number">{number(pair.border_m, 0)}</td>
            <td class="is-number">
              {pair.conflicts_inside} / {pair.conflicts_near}
            </td>
            <td>{pair.first ? t.cameFirst[pair.first] : '–'}</td>
          </tr>
        ))}
      </Table>
      {answer.pairs.length < answer.totals.pairs && (
        <button
          type="button"
          class="button"
          disabled={busy.value}
          onClick={async () => {
            const shown = answer.pairs.length
            await showMore()
            box.current?.querySelectorAll<HTMLButtonElement>('tbody button[aria-pressed]')[shown]?.focus()
          }}
        >
          {t.more}
        </button>
      )}
    </div>
  )
}
