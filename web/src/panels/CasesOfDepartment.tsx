import { words } from '../i18n'
import { casesByDepartment } from '../state/cases'
import { CASES } from '../state/catalogue'
import { chooseDepartment } from '../state/departments'
import { listLayer } from '../state/filters'
import { pane } from '../state/pane'
import { plainName } from '../state/plainName'
import { closeAll } from '../state/selection'

/** From a department's card to the cases in it. Sources differ in accents and capitals, so names are compared without. */
export function CasesOfDepartment({ name }: { name: string }) {
  const counts = casesByDepartment.value ?? {}
  const department = Object.keys(counts).find((other) => plainName(other) === plainName(name))
  if (!department) return null
  const show = () => {
    chooseDepartment(department)
    listLayer.value = CASES
    closeAll()
    pane.value = 'list'
  }
  return (
    <button type="button" class="button" onClick={show}>
      {words.value.casesOf(counts[department] ?? 0, department)}
    </button>
  )
}
