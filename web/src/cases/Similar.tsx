import { useState } from 'preact/hooks'
import { lang } from '../i18n'
import { formatNumber } from '../i18n/format'
import { inLanguage } from '../state/language'
import { ask, type Case, titleOfInstitution } from './cases'
import { Failed } from './Failed'
import { caseWords } from './words'

interface SimilarCase {
  id: string
  code: string
  institution: string
  name: string | null
  distance_m: number | null
  days_apart: number | null
  likeness: number
}

interface Props {
  shown: Case
  /** Why they were not merged or parted. */
  failed: string
  merge: (into: string) => void
  part: () => void
}

/** Records that may be of the same dispute, and merging with one of them. */
export function Similar({ shown, failed, merge, part }: Props) {
  const t = caseWords.value
  const [similar, setSimilar] = useState<SimilarCase[] | null>(null)
  const load = async () => {
    const found = await ask<{ similar: SimilarCase[] }>('GET', `/api/cases/${shown.id}/similar`)
    setSimilar(found.similar)
  }
  if (shown.merged_into) {
    return (
      <section class="case-group">
        <Failed text={failed} />
        <button type="button" class="button" onClick={part}>
          {t.part}
        </button>
      </section>
    )
  }
  return (
    <details class="case-history" onToggle={(event) => event.currentTarget.open && void load()}>
      <summary>
        <h2>{t.sameDispute}</h2>
      </summary>
      <Failed text={failed} />
      {similar?.length === 0 && <p>{t.noneSimilar}</p>}
      <ul class="case-files">
        {similar?.map((one) => (
          <li key={one.id}>
            <a class="link" href={inLanguage(`/caso/${one.id}`)}>
              {one.name ?? one.code}
            </a>{' '}
            <span class="case-note">
              {[
                titleOfInstitution(one.institution),
                t.alike(formatNumber(100 * one.likeness, lang.value)),
                one.distance_m === null ? '' : `${formatNumber(one.distance_m / 1000, lang.value, 1)} km`,
                one.days_apart === null ? '' : t.daysApart(formatNumber(one.days_apart, lang.value)),
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>{' '}
            {one.institution === shown.institution && (
              <button
                type="button"
                class="link"
                onClick={() => confirm(t.mergeSure(one.name ?? one.code, one.code)) && merge(one.id)}
              >
                {t.mergeInto} <span class="visually-hidden">{one.name ?? one.code}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}
