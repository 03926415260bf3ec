import { featuresUrl } from '../api/requests'
import { lang, words } from '../i18n'
import { filteredCases } from '../state/cases'
import { CASES, catalogue, layerById, layers, natureOf } from '../state/catalogue'
import {
  caseOrder,
  chosenStates,
  clearFilters,
  filtering,
  isShown,
  listLayer,
  ORDERS,
  type Order,
  toggleLayer,
} from '../state/filters'
import {
  listFailed,
  listLoading,
  listQuery,
  MAX_ROWS,
  page,
  rows,
  rowsCurrent,
  showMoreRows,
} from '../state/list'
import { hasMap, showAll, view } from '../state/view'
import { Badge } from './Badge'
import { CatalogueState } from './CatalogueState'
import { CopyButton } from './CopyButton'
import { CoverageNote } from './CoverageNote'
import { FilterChips } from './FilterChips'
import { ListRows } from './ListRows'

function LayerChooser() {
  return (
    <label class="list-layer">
      <span>{words.value.listOf}</span>
      <select
        aria-label={words.value.chooseList}
        value={listLayer.value}
        onChange={(event) => {
          listLayer.value = event.currentTarget.value
        }}
      >
        {layers.value.map((layer) => (
          <option key={layer.id} value={layer.id}>
            {layer.title[lang.value]}
          </option>
        ))}
      </select>
    </label>
  )
}

/** What the list would hold if the map showed everything, under the same filters; null while it is not known. */
const totalOf = (layer: string): number | null =>
  layer === CASES ? (filteredCases.value?.features.length ?? null) : (layerById(layer)?.count ?? null)

/** How much of the layer is in view, in one sentence. */
function summary(): string {
  const t = words.value
  const answer = page.value
  if (!answer || !rowsCurrent.value) return listFailed.value ? '' : t.loading
  const placeless = answer.number_without_place
  const placed = answer.number_matched - placeless
  const activeHidden = chosenStates.value.length > 0 && !chosenStates.value.includes('activo')
  const active = (answer.categories.activo ?? 0) - (answer.categories_without_place.activo ?? 0)
  const isCases = answer.layer === CASES
  const inView = isCases ? t.casesInView(placed, activeHidden ? null : active) : t.inView(placed)
  const all = totalOf(answer.layer)
  const parts = [
    inView,
    all !== null && all > answer.number_matched ? t.inAll(all) : null,
    placeless > 0 ? t.placeless(placeless) : null,
  ]
  return parts.filter(Boolean).join(' · ')
}

function OrderChooser() {
  const t = words.value
  if (listLayer.value !== CASES) return null
  const hint = t.orderHints[caseOrder.value]
  return (
    <label class="list-order">
      <span>{t.orderedBy}</span>
      <select
        aria-label={t.orderedBy}
        aria-describedby="order-hint"
        value={caseOrder.value}
        onChange={(event) => {
          caseOrder.value = event.currentTarget.value as Order
        }}
      >
        {ORDERS.map((order) => (
          <option key={order} value={order}>
            {t.orders[order]}
          </option>
        ))}
      </select>
      <small id="order-hint">{hint}</small>
    </label>
  )
}

/** Why the map does not draw what the list names. */
function MapNote() {
  const t = words.value
  const layer = layerById(listLayer.value)
  if (!layer || layer.count === 0 || !hasMap.value) return null
  if (!isShown(layer)) {
    return (
      <p class="list-note">
        {t.layerOff}{' '}
        <button type="button" class="link" onClick={() => toggleLayer(layer.id)}>
          {t.showIt}
        </button>
      </p>
    )
  }
  const tooFar = view.value !== null && view.value.zoom < layer.min_zoom
  return tooFar ? <p class="list-note">{t.visibleFrom}</p> : null
}

function Empty() {
  const t = words.value
  const layer = layers.value.find(({ id }) => id === listLayer.value)
  const filtered = listLayer.value === CASES && filtering.value
  if (layer?.count === 0) return <p class="empty">{t.emptyLayer}</p>
  return (
    <div class="empty">
      <p>{filtered ? t.emptyFiltered : t.emptyView}</p>
      {filtered && (
        <button type="button" class="button" onClick={clearFilters}>
          {t.clearFilters}
        </button>
      )}
      <button type="button" class="button" onClick={showAll}>
        {t.seeAll}
      </button>
    </div>
  )
}

function Truncated() {
  const t = words.value
  const answer = page.value
  if (!answer || answer.number_returned >= answer.number_matched) return null
  return (
    <div class="truncated">
      <p>{t.truncated(answer.number_returned, answer.number_matched)}</p>
      {answer.number_returned < MAX_ROWS && (
        <button type="button" class="button" onClick={showMoreRows}>
          {t.showMore}
        </button>
      )}
    </div>
  )
}

/** The list that always carries what the map shows, for the layer the reader chose. */
export function ListPane() {
  const t = words.value
  const query = listQuery.value
  const layer = layerById(listLayer.value)
  if (!catalogue.value) return <CatalogueState />
  return (
    <div class="list" aria-busy={listLoading.value} data-outdated={listFailed.value ? '' : undefined}>
      <div class="list-head">
        <LayerChooser />
        <p class="list-summary" role="status">
          {summary()}
        </p>
        {listFailed.value && rows.value.length > 0 && <p class="list-note">{t.listOutdated}</p>}
        <MapNote />
        {layer && <CoverageNote layer={layer} />}
        {listLayer.value === CASES && <FilterChips />}
        <OrderChooser />
        {layer && layer.count > 0 && <Badge nature={natureOf(layer.sources)} />}
        <div class="progress" hidden={!listLoading.value} />
      </div>
      {rows.value.length > 0 && <ListRows rows={rows.value} />}
      {rowsCurrent.value && rows.value.length === 0 && !listLoading.value && <Empty />}
      {rowsCurrent.value && <Truncated />}
      {query && (
        <p class="list-foot">
          <CopyButton icon="code" label={t.copyQuery} text={() => location.origin + featuresUrl(query)} />
        </p>
      )}
    </div>
  )
}
