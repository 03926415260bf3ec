import { words } from '../i18n'
import { CASES, layers } from '../state/catalogue'
import { isOutside } from '../state/coverage'
import { clearFilters, filtering, listLayer } from '../state/filters'
import { bounds, showAll } from '../state/view'
import { SourceNote } from './SourceNote'

function emptySentence(filtered: boolean, outside: boolean): string {
  const t = words.value
  if (outside) return t.emptyOutside
  return filtered ? t.emptyFiltered : t.emptyView
}

/** Why there is nothing to list, and what would change that. */
export function ListEmpty() {
  const t = words.value
  const layer = layers.value.find(({ id }) => id === listLayer.value)
  const filtered = listLayer.value === CASES && filtering.value
  const outside = layer !== undefined && bounds.value !== null && isOutside(layer, bounds.value)
  if (layer?.count === 0) return <p class="empty">{t.emptyLayer}</p>
  return (
    <div class="empty">
      <p>{emptySentence(filtered, outside)}</p>
      {layer && <SourceNote layer={layer} />}
      <p>{t.silentBeyond}</p>
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
