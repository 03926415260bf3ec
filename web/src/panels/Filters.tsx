import { lang, words } from '../i18n'
import { casesByState } from '../state/cases'
import { CASES, layerById, layers } from '../state/catalogue'
import { chosenDepartment, chosenStates, stateShown, toggleState } from '../state/filters'
import { afterFirstRows } from '../state/listThere'
import { categoriesOf } from '../state/palette'
import { CaseFilters } from './CaseFilters'
import { CatalogueState } from './CatalogueState'
import { ChangesFilter } from './ChangesFilter'
import { Count } from './Count'
import { DepartmentFilter } from './DepartmentFilter'
import { FilterChips } from './FilterChips'
import { GroupingChoice } from './GroupingChoice'
import { LayerEntry } from './LayerEntry'
import { StateMark } from './StateMark'

function StateFilter() {
  const layer = layerById(CASES)
  if (!layer) return null
  const t = words.value
  const filtering = chosenStates.value.length > 0
  const department = chosenDepartment.value
  return (
    <>
      <fieldset class="states">
        <legend>{t.stateFilter}</legend>
        <p class="counts-scope">{department ? t.casesInDepartment(department) : t.casesInCountry}</p>
        {categoriesOf(layer).map(({ code, title, color }) => (
          <label key={code} class="state" data-off={filtering && !stateShown(code) ? '' : undefined}>
            <input
              type="checkbox"
              checked={chosenStates.value.includes(code)}
              onChange={() => toggleState(code)}
            />
            <StateMark state={code} color={color} />
            <span>{title[lang.value]}</span>
            <Count value={casesByState.value && (casesByState.value[code] ?? 0)} />
          </label>
        ))}
      </fieldset>
      <GroupingChoice />
      <DepartmentFilter />
      <CaseFilters />
      <ChangesFilter />
    </>
  )
}

function Choices() {
  const t = words.value
  return (
    <>
      <StateFilter />
      <FilterChips />
      <CatalogueState />
      {layers.value.length > 0 && (
        <>
          <h2>{t.layers}</h2>
          <p class="counts-scope">{t.layerCounts}</p>
        </>
      )}
      <ul class="layers">
        {layers.value.map((layer) => (
          <LayerEntry key={layer.id} layer={layer} />
        ))}
      </ul>
    </>
  )
}

/** The left pane: what to show and what its signs mean. The legend never hides. */
export function Filters() {
  const t = words.value
  return (
    <section class="pane filters" id="filters" aria-label={t.filtersAndLayers} tabIndex={-1}>
      {/* (The first rows come before what they can be filtered by.) */}
      {afterFirstRows.value && <Choices />}
    </section>
  )
}
