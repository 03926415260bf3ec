import type { Scheme as ToldScheme } from '../api/types'
import { kinds, phaseOf, titleOfCode, titleOfInstitution, wordOf } from '../cases/cases'
import { lang } from '../i18n'
import { countsWords } from './words'

export interface Condition {
  where: string
  kind: string
  es: string
  en: string
}

export interface Scheme extends ToldScheme {
  conditions: Condition[]
}

export interface Stamp {
  scheme: {
    id: string
    version: number
    institution: string
    title: { es: string; en: string }
    definition: { es: string; en: string }
  }
  as_of: string
  revision: string
  seen_by: string | null
}

export interface Group {
  value: string | null
  count: number
}

export type Counts = Stamp & { by: string; total: number; groups: Group[] }

interface Sides {
  state: number
  civilian: number
}

/** A month, and how its cases came from those before it. */
export type Month = Stamp & {
  month: string
  total: number
  total_before: number
  new: number
  came_back: number
  left: number
  resolved: number
  withdrawn: number
  by_state: Group[]
  by_phase: Group[]
  by_type: Group[]
  by_activity: Group[]
  new_by_type: Group[]
  protest_acts: number
  dead: Sides
  injured: Sides
}

/** The cases behind a number. */
export type Listed = Stamp & {
  number_matched: number
  number_returned: number
  cases: {
    id: string
    code: string
    name: string | null
    institution: string
    state: string | null
    phase: string | null
    type: string | null
    started_on: string | null
  }[]
}

interface Uncounted {
  id: string
  code: string
  name: string | null
  condition: Condition | null
}

export interface Differences {
  one: Stamp
  other: Stamp
  totals: { one: number; other: number; both: number }
  only_one: Uncounted[]
  only_other: Uncounted[]
}

export const titleOfScheme = (scheme: Scheme) => (lang.value === 'en' ? scheme.title_en : scheme.title_es)

/** What the cases of a group have in common, in words. */
export function titleOfGroup(by: string, scheme: Stamp['scheme'], value: string | null): string {
  if (value === null) {
    const t = countsWords.value
    return ['department', 'watershed'].includes(by) ? t.withoutPlace : t.withoutValue
  }
  const listed = (institution: string, list: string) => {
    const found = kinds.value?.codes.find(
      (one) => one.institution === institution && one.list === list && one.code === value,
    )
    return found ? titleOfCode(found) : value
  }
  switch (by) {
    case 'state':
    case 'scope':
    case 'type':
    case 'activity':
      return wordOf(by, value)
    case 'phase':
      return phaseOf(value)
    case 'own_type':
      return listed(scheme.institution, 'type')
    case 'class':
      return listed('onds', 'class')
    case 'institution':
      return titleOfInstitution(value)
    default:
      return value
  }
}
