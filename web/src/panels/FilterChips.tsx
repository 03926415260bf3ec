import { lang, words } from '../i18n'
import { CASES, layerById } from '../state/catalogue'
import { chosenDepartment, chosenStates, clearFilters, filtering, toggleState } from '../state/filters'
import { categoriesOf } from '../state/palette'
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
  const layer = layerById(CASES)
  if (!layer || !filtering.value) return null
  const chosen = categoriesOf(layer).filter(({ code }) => chosenStates.value.includes(code))
  const department = chosenDepartment.value
  return (
    <div class="chips">
      <ul aria-label={t.activeFilters}>
        {chosen.map(({ code, title }) => (
          <Chip key={code} title={title[lang.value]} onRemove={() => toggleState(code)} />
        ))}
        {department && (
          <Chip
            key="department"
            title={department}
            onRemove={() => {
              chosenDepartment.value = null
            }}
          />
        )}
      </ul>
      <button type="button" class="link" onClick={clearFilters}>
        {t.clearFilters}
      </button>
    </div>
  )
}
