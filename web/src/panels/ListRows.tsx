import { Fragment } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Layer, Row } from '../api/types'
import { formatValue, holdsName, lang, readableField, readableIn, words } from '../i18n'
import { CASES, layerById, natureOf } from '../state/catalogue'
import { changeById } from '../state/changes'
import { caseOrder } from '../state/filters'
import { page } from '../state/list'
import { lastSelection, type Selection, select, selection } from '../state/selection'
import { Badge } from './Badge'
import { CaseContext } from './CaseContext'
import { ChangeMark } from './ChangeMark'
import { LayerMark } from './LayerMark'
import { PLACELESS_ID } from './shortcuts'

/** The row's list fields as the reader sees them, without repeating the category's sign. */
function contextOf(layer: Layer, row: Row): string {
  const parts = layer.list_fields.map((name) => {
    const field = layer.fields.find((candidate) => candidate.name === name)
    const value = field ? formatValue(field, row.properties[name], lang.value, words.value) : null
    return value && holdsName(layer, name) ? readableField(layer, name, value) : value
  })
  return parts.filter(Boolean).join(' · ')
}

const propertiesOf = (row: Row) => ({ ...row.properties, state: row.category })

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
  const list = (event.currentTarget as HTMLElement).closest('.list')
  const buttons = [...(list?.querySelectorAll<HTMLElement>('.row') ?? [])]
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
  /** True where some rows are invented and others not: else the list says it once, at its head. */
  mixed: boolean
}

function Context({ layer, row }: { layer: Layer; row: Row }) {
  if (layer.id === CASES) return <CaseContext layer={layer} properties={propertiesOf(row)} />
  const title = categoryTitle(layer, row)
  return (
    <>
      {title && !layer.list_fields.includes(layer.category_field ?? '') && <b>{title}</b>}{' '}
      {contextOf(layer, row)}
    </>
  )
}

function ListRow({ layer, row, entry, selected, mixed }: RowProps) {
  const changed = layer.id === CASES ? changeById.value.get(row.id) : undefined
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
          <span class="row-name">
            {changed && <ChangeMark kind={changed.change} />}
            {readableIn(layer.id, row.name)}
          </span>
          <span class="visually-hidden">. </span>
          <span class="row-context">
            {mixed && row.synthetic && <Badge nature="synthetic" />}
            <Context layer={layer} row={row} />
          </span>
        </span>
      </button>
    </li>
  )
}

const isUndated = (row: Row) => !row.properties.started_on

/** As many rows as the first look shows; the others come when these are painted. */
const FIRST_ROWS = 20
/** However busy the page is, the rest of the rows come after so long. */
const REST_MS = 4000

let isFirstLook = true

/** How many rows are laid out: few at the very first, so that they come sooner. */
function useRowsLaidOut(): number {
  const [most, setMost] = useState(isFirstLook ? FIRST_ROWS : Number.POSITIVE_INFINITY)
  useEffect(() => {
    isFirstLook = false
    const wait = requestIdleCallback(() => setMost(Number.POSITIVE_INFINITY), { timeout: REST_MS })
    return () => cancelIdleCallback(wait)
  }, [])
  return most
}

/** Rows with a place, apart from them those without a date where the date orders, and those that no map can show. */
export function ListRows({ rows: all }: { rows: Row[] }) {
  const most = useRowsLaidOut()
  const rows = all.slice(0, most)
  const t = words.value
  const layer = layerById(page.value?.layer ?? '')
  if (!layer) return null
  const idOf = (mark: Selection | null) => (mark?.layer === layer.id ? mark.id : null)
  const selected = idOf(selection.value)
  const last = selected ?? idOf(lastSelection.value)
  const entry = rows.some((row) => row.id === last) ? last : rows[0]?.id
  const mixed = new Set(layer.sources.map((source) => natureOf([source]))).size > 1
  const list = (some: Row[], label: string) => (
    <ul class="rows" aria-label={label} onKeyDown={onKeyDown}>
      {some.map((row) => (
        <ListRow
          key={row.id}
          layer={layer}
          row={row}
          entry={row.id === entry}
          selected={row.id === selected}
          mixed={mixed}
        />
      ))}
    </ul>
  )
  const byDate = layer.id === CASES && caseOrder.value === 'recent'
  const groups = [
    {
      title: null,
      id: undefined,
      label: layer.title[lang.value],
      of: (row: Row) => row.bbox && !(byDate && isUndated(row)),
    },
    {
      title: t.undated,
      id: undefined,
      label: t.undated,
      of: (row: Row) => row.bbox && byDate && isUndated(row),
    },
    { title: t.noPlace, id: PLACELESS_ID, label: t.noPlace, of: (row: Row) => !row.bbox },
  ].map(({ of, ...group }) => ({ ...group, some: rows.filter(of) }))
  return (
    <>
      {groups.map(
        ({ title, id, label, some }) =>
          some.length > 0 && (
            <Fragment key={label}>
              {title && (
                <h2 class="rows-title" id={id}>
                  {title}
                </h2>
              )}
              {list(some, label)}
            </Fragment>
          ),
      )}
    </>
  )
}
