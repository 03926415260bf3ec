import { featuresUrl } from '../api/requests'
import { lang, words } from '../i18n'
import { CASES, layers } from '../state/catalogue'
import { chosenStates, clearFilters, listLayer } from '../state/filters'
import { listFailed, listLoading, listQuery, MAX_ROWS, page, rows, showMoreRows } from '../state/list'
import { showAll } from '../state/view'
import { CopyButton } from './CopyButton'
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

/** How much of the layer is in view, in one sentence. */
function summary(): string {
  const t = words.value
  const answer = page.value
  if (!answer || answer.layer !== listLayer.value) return listFailed.value ? '' : t.loading
  if (answer.layer !== CASES) return t.inView(answer.number_matched)
  const activeHidden = chosenStates.value.length > 0 && !chosenStates.value.includes('activo')
  return t.casesInView(answer.number_matched, activeHidden ? 0 : (answer.categories.activo ?? 0))
}

function Empty() {
  const t = words.value
  const layer = layers.value.find(({ id }) => id === listLayer.value)
  const filtered = listLayer.value === CASES && chosenStates.value.length > 0
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
  const loaded = page.value?.layer === listLayer.value
  return (
    <div class="list" aria-busy={listLoading.value}>
      <div class="list-head">
        <LayerChooser />
        <p class="list-summary" role="status">
          {summary()}
        </p>
        <FilterChips />
      </div>
      {rows.value.length > 0 && <ListRows rows={rows.value} />}
      {loaded && rows.value.length === 0 && !listLoading.value && <Empty />}
      {loaded && <Truncated />}
      {query && (
        <p class="list-foot">
          <CopyButton icon="code" label={t.copyQuery} text={() => location.origin + featuresUrl(query)} />
        </p>
      )}
    </div>
  )
}
