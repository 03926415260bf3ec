import { computed, type Signal } from '@preact/signals'
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
  toggleSeverity,
  toggleState,
} from '../state/filters'
import { categoriesOf } from '../state/palette'
import { titleOfInstitution, titleOfScheme, titleOfType } from './caseTitles'

/** A filter in force, in words, and how to let go of it. */
export interface FilterTitle {
  key: string
  title: string
  remove: () => void
}

const single: [string, Signal<string | null>, (value: string) => string][] = [
  ['department', chosenDepartment, readablePlace],
  ['type', chosenType, titleOfType],
  ['institution', chosenInstitution, titleOfInstitution],
  ['scheme', chosenScheme, titleOfScheme],
]

export const filterTitles = computed<FilterTitle[]>(() => {
  const t = words.value
  const layer = layerById(CASES)
  const states = layer ? categoriesOf(layer).filter(({ code }) => chosenStates.value.includes(code)) : []
  const period = chosenPeriod.value
  return [
    ...states.map(({ code, title }) => ({
      key: code,
      title: title[lang.value],
      remove: () => toggleState(code),
    })),
    ...chosenSeverities.value.map((severity) => ({
      key: severity,
      title: `${t.severityFilter}: ${t.severityShort[severity]}`,
      remove: () => toggleSeverity(severity),
    })),
    ...single.flatMap(([key, choice, title]) => {
      const value = choice.value
      const remove = () => {
        choice.value = null
      }
      return value === null ? [] : [{ key, title: title(value), remove }]
    }),
    ...(period
      ? [
          {
            key: 'period',
            title: t.timelinePeriod(formatDate(period.from, lang.value), formatDate(period.to, lang.value)),
            remove: () => {
              chosenPeriod.value = null
            },
          },
        ]
      : []),
  ]
})
