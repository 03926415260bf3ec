import { signal } from '@preact/signals'
import { getInstitutions, getSchemes } from '../api/requests'
import type { Institution, Scheme } from '../api/types'

/** Which cases each institution counts; null until it is known. */
export const schemes = signal<Scheme[] | null>(null)

export const institutions = signal<Institution[]>([])

/** They help, and nothing depends on them: without them institutions are called by their short names. */
export async function loadSchemes(): Promise<void> {
  await Promise.all([
    getSchemes().then((answer) => {
      schemes.value = answer.schemes
    }),
    getInstitutions().then((answer) => {
      institutions.value = answer.institutions
    }),
  ]).catch(() => undefined)
}
