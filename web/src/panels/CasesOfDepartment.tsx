import { words } from '../i18n'
import { casesByDepartment } from '../state/cases'
import { showCasesOf } from '../state/filters'
import { pane } from '../state/pane'
import { closeAll } from '../state/selection'

const plain = (name: string) => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** From a department's card to the cases in it. Sources differ in accents and capitals, so names are compared without. */
export function CasesOfDepartment({ name }: { name: string }) {
  const counts = casesByDepartment.value ?? {}
  const department = Object.keys(counts).find((other) => plain(other) === plain(name))
  if (!department) return null
  const show = () => {
    showCasesOf(department)
    closeAll()
    pane.value = 'list'
  }
  return (
    <button type="button" class="button" onClick={show}>
      {words.value.casesOf(counts[department] ?? 0, department)}
    </button>
  )
}
