import type { Signal } from '@preact/signals'
import { formatDate, lang, readablePlace, words } from '../i18n'
import { CASES, layerById } from '../state/catalogue'
import {
  chosenDepartment,
  chosenInstitution,
  chosenPeriod,
  chosenScheme,
  chosenSeverities,
  chosenStates,
  chosenType,
  clearFilters,
  filtering,
  toggleSeverity,
  toggleState,
} from '../state/filters'
import { categoriesOf } from '../state/palette'
import { titleOfInstitution, titleOfScheme, titleOfType } from './CaseFilters'
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
  const period = chosenPeriod.value
  const single: [string, Signal<string | null>, (value: string) => string][] = [
    ['department', chosenDepartment, readablePlace],
    ['type', chosenType, titleOfType],
    ['institution', chosenInstitution, titleOfInstitution],
    ['scheme', chosenScheme, titleOfScheme],
  ]
  return (
    <div class="chips">
      <ul aria-label={t.activeFilters}>
        {chosen.map(({ code, title }) => (
          <Chip key={code} title={title[lang.value]} onRemove={() => toggleState(code)} />
        ))}
        {chosenSeverities.value.map((severity) => (
          <Chip
            key={severity}
            title={`${t.severityFilter}: ${t.severityShort[severity]}`}
            onRemove={() => toggleSeverity(severity)}
          />
        ))}
        {single.map(
          ([name, choice, title]) =>
            choice.value !== null && (
              <Chip
                key={name}
                title={title(choice.value)}
                onRemove={() => {
                  choice.value = null
                }}
              />
            ),
        )}
        {period && (
          <Chip
            key="period"
            title={t.timelinePeriod(formatDate(period.from, lang.value), formatDate(period.to, lang.value))}
            onRemove={() => {
              chosenPeriod.value = null
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
