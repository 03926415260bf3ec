import { featuresUrl, fileUrl } from '../api/requests'
import { lang, words } from '../i18n'
import { CASES, catalogue, layerById, layers, natureOf } from '../state/catalogue'
import { filtering, isShown, listLayer, toggleLayer } from '../state/filters'
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
import { hasMap, view } from '../state/view'
import { Badge } from './Badge'
import { CatalogueState } from './CatalogueState'
import { CopyButton } from './CopyButton'
import { CoverageNote } from './CoverageNote'
import { FilterChips } from './FilterChips'
import { ListEmpty } from './ListEmpty'
import { ListRows } from './ListRows'
import { ListSummary } from './ListSummary'
import { OrderChooser } from './OrderChooser'
import { SourceNote } from './SourceNote'

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

/** The filters are of cases: other layers are listed whole, whatever the chips on the page say. */
function CasesOnlyNote() {
  if (!filtering.value) return null
  return <p class="list-note">{words.value.filtersAreOfCases}</p>
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
        <ListSummary />
        {layer && <SourceNote layer={layer} />}
        {listFailed.value && rows.value.length > 0 && <p class="list-note">{t.listOutdated}</p>}
        <MapNote />
        {layer && <CoverageNote layer={layer} />}
        {listLayer.value === CASES ? <FilterChips /> : <CasesOnlyNote />}
        <OrderChooser />
        {layer && layer.count > 0 && <Badge nature={natureOf(layer.sources)} />}
        <div class="progress" hidden={!listLoading.value} />
      </div>
      {rows.value.length > 0 && <ListRows rows={rows.value} />}
      {rowsCurrent.value && rows.value.length === 0 && !listLoading.value && <ListEmpty />}
      {rowsCurrent.value && <Truncated />}
      {query && rowsCurrent.value && (
        <p class="list-foot">
          <CopyButton icon="link" label={t.copyLink} text={() => location.href} />
          <CopyButton icon="code" label={t.copyQuery} text={() => location.origin + featuresUrl(query)} />
          <span>
            {t.downloadList}:{' '}
            <a class="link" href={fileUrl(query, 'csv')} download={`${query.layer}.csv`}>
              CSV
            </a>{' '}
            ·{' '}
            <a class="link" href={fileUrl(query, 'geojson')} download={`${query.layer}.geojson`}>
              GeoJSON
            </a>
          </span>
        </p>
      )}
    </div>
  )
}
