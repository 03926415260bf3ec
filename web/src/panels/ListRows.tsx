import type { Layer, Row } from '../api/types'
import { formatValue, lang, words } from '../i18n'
import { layerById } from '../state/catalogue'
import { listLayer } from '../state/filters'
import { select, selection } from '../state/selection'
import { Badge } from './Badge'
import { LayerMark } from './LayerMark'

/** The row's list fields as the reader sees them, without repeating the category's sign. */
function contextOf(layer: Layer, row: Row): string {
  const parts = layer.list_fields.map((name) => {
    const field = layer.fields.find((candidate) => candidate.name === name)
    return field ? formatValue(field, row.properties[name], lang.value, words.value) : null
  })
  if (!row.bbox) parts.push(words.value.noPlace)
  return parts.filter(Boolean).join(' · ')
}

function categoryTitle(layer: Layer, row: Row): string | null {
  const field = layer.fields.find((candidate) => candidate.name === layer.category_field)
  return field && row.category ? formatValue(field, row.category, lang.value, words.value) : null
}

const STEPS: Record<string, (at: number, last: number) => number> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
}

/** Arrow keys walk the rows, so that Tab passes the whole list in one step. */
function onKeyDown(event: KeyboardEvent): void {
  const step = STEPS[event.key]
  if (!step) return
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('.row')]
  const at = buttons.indexOf(document.activeElement as HTMLElement)
  event.preventDefault()
  buttons[step(at, buttons.length - 1)]?.focus()
}

interface RowProps {
  layer: Layer
  row: Row
  /** True for the one row that Tab stops at. */
  entry: boolean
  selected: boolean
}

function ListRow({ layer, row, entry, selected }: RowProps) {
  const title = categoryTitle(layer, row)
  return (
    <li>
      <button
        type="button"
        class="row"
        data-id={row.id}
        tabIndex={entry ? 0 : -1}
        aria-current={selected ? 'true' : undefined}
        onClick={() => select(layer.id, row.id)}
      >
        <LayerMark layer={layer} category={row.category} />
        <span class="row-text">
          <span class="row-name">{row.name}</span>
          <span class="row-context">
            {row.synthetic && <Badge nature="synthetic" />}
            {title && !layer.list_fields.includes(layer.category_field ?? '') && <b>{title}</b>}
            {contextOf(layer, row)}
          </span>
        </span>
      </button>
    </li>
  )
}

export function ListRows({ rows }: { rows: Row[] }) {
  const layer = layerById(listLayer.value)
  if (!layer) return null
  const selected = selection.value?.layer === layer.id ? selection.value.id : null
  const entry = rows.some((row) => row.id === selected) ? selected : rows[0]?.id
  return (
    <ul class="rows" aria-label={layer.title[lang.value]} onKeyDown={onKeyDown}>
      {rows.map((row) => (
        <ListRow
          key={row.id}
          layer={layer}
          row={row}
          entry={row.id === entry}
          selected={row.id === selected}
        />
      ))}
    </ul>
  )
}
