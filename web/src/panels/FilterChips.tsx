import { lang, words } from '../i18n'
import { CASES, layerById } from '../state/catalogue'
import { chosenStates, clearFilters, toggleState } from '../state/filters'
import { categoriesOf } from '../state/palette'
import { Icon } from './Icon'

/** The filters in force, each removable; nothing at all when there are none. */
export function FilterChips() {
  const t = words.value
  const layer = layerById(CASES)
  if (!layer || chosenStates.value.length === 0) return null
  const chosen = categoriesOf(layer).filter(({ code }) => chosenStates.value.includes(code))
  return (
    <div class="chips">
      <ul aria-label={t.activeFilters}>
        {chosen.map(({ code, title }) => (
          <li key={code}>
            <button
              type="button"
              class="chip"
              aria-label={t.removeFilter(title[lang.value])}
              onClick={() => toggleState(code)}
            >
              {title[lang.value]}
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="link" onClick={clearFilters}>
        {t.clearFilters}
      </button>
    </div>
  )
}
