import type { ItemFeature, Layer } from '../api/types'
import { readablePlace, words } from '../i18n'
import { countIn } from '../state/cases'
import { CASES } from '../state/catalogue'
import { chooseDepartment, departmentMeant } from '../state/departments'
import { listLayer } from '../state/filters'
import { pane } from '../state/pane'
import { closeAll } from '../state/selection'

/** The field that names the department in the layer of each administrative unit. */
const DEPARTMENT_FIELDS: Record<string, string> = {
  departments: 'name',
  provinces: 'department',
  districts: 'department',
}

/** From the card of an administrative unit to the cases of its department. */
export function CasesOfDepartment({ layer, item }: { layer: Layer; item: ItemFeature }) {
  const field = DEPARTMENT_FIELDS[layer.id]
  const department = field ? departmentMeant(String(item.properties[field] ?? '')) : null
  if (!department) return null
  const count = countIn(department)
  const show = () => {
    chooseDepartment(department)
    listLayer.value = CASES
    closeAll()
    pane.value = 'list'
  }
  return (
    <button type="button" class="button" onClick={show}>
      {words.value.casesOf(count, readablePlace(department))}
    </button>
  )
}
