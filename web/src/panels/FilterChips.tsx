import { words } from '../i18n'
import { CASES, layerById } from '../state/catalogue'
import { clearFilters, filtering } from '../state/filters'
import { filterTitles } from './filterTitles'
import { Icon } from './Icon'

function Chip({ title, onRemove }: { title: string; onRemove: () => void }) {
  return (
    <li>
      <button type="button" class="chip" aria-label={words.value.removeFilter(title)} onClick={onRemove}>
        {title}
        <Icon name="close" />
      </button>
    </li>
  )
}

/** The filters in force, each removable; nothing at all when there are none. */
export function FilterChips() {
  const t = words.value
  if (!layerById(CASES) || !filtering.value) return null
  return (
    <div class="chips">
      <ul aria-label={t.activeFilters}>
        {filterTitles.value.map(({ key, title, remove }) => (
          <Chip key={key} title={title} onRemove={remove} />
        ))}
      </ul>
      <button type="button" class="link" onClick={clearFilters}>
        {t.clearFilters}
      </button>
    </div>
  )
}
