import { words } from '../i18n'
import { CASES, layerById } from '../state/catalogue'
import { chosenDepartment } from '../state/filters'
import { chosenGrouping, elsewhere, type Grouping, grouping, usualGrouping } from '../state/panorama'
import { hasMap } from '../state/view'

const GROUPINGS: Grouping[] = ['departments', 'cases']

/** Whether the map of the whole country tells departments or cases. */
export function GroupingChoice() {
  const t = words.value
  if (!hasMap.value || !layerById(CASES)?.count || chosenDepartment.value !== null) return null
  return (
    <>
      <fieldset class="grouping">
        <legend>{t.grouping}</legend>
        <span class="segmented">
          {GROUPINGS.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={grouping.value === one}
              onClick={() => {
                chosenGrouping.value = one === usualGrouping.value ? null : one
              }}
            >
              {t.groupings[one]}
            </button>
          ))}
        </span>
      </fieldset>
      <p class="filter-note">
        {t.groupingNotes[grouping.value]}
        {grouping.value === 'departments' &&
          elsewhere.value > 0 &&
          ` ${t.groupingElsewhere(elsewhere.value)}`}
      </p>
    </>
  )
}
