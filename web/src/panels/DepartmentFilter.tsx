import { formatNumber, lang, readablePlace, words } from '../i18n'
import { countIn } from '../state/cases'
import { chooseDepartment, knownDepartments } from '../state/departments'
import { chosenDepartment } from '../state/filters'
import { inLanguage } from '../state/language'
import { Icon } from './Icon'

/** Chooses one department, each with the cases it would show. */
export function DepartmentFilter() {
  const t = words.value
  const chosen = chosenDepartment.value
  // One where no case lies can be chosen too: that the source names none there is an answer.
  const names = new Set([...(knownDepartments.value ?? []), ...(chosen ? [chosen] : [])])
  const sorted = [...names].sort((a, b) => a.localeCompare(b, 'es'))
  return (
    <>
      <label class="department">
        <span>{t.departmentFilter}</span>
        <select
          value={chosen ?? ''}
          disabled={sorted.length === 0}
          onChange={(event) => {
            chooseDepartment(event.currentTarget.value || null)
          }}
        >
          <option value="">{t.everyDepartment}</option>
          {sorted.map((name) => (
            <option key={name} value={name}>
              {readablePlace(name)} ({formatNumber(countIn(name), lang.value)})
            </option>
          ))}
        </select>
      </label>
      {chosen && (
        <a class="link department-briefing" href={inLanguage(`/informe?dep=${encodeURIComponent(chosen)}`)}>
          <Icon name="list" />
          {t.briefing(readablePlace(chosen))}
        </a>
      )}
    </>
  )
}
