import { useEffect, useState } from 'preact/hooks'
import type { ApiError } from '../api/client'
import { formatNumber, lang } from '../i18n'
import { type Answer, type PairSide, partOf } from './overlaps'
import { nameOf } from './PairTable'
import { overlapWords } from './words'

/** The area that all pairs cover together: of very many it comes after the answer. */
export function CoveredArea({ answer: { id, totals, pairs } }: { answer: Answer }) {
  const t = overlapWords.value
  const [covered, setCovered] = useState(totals.covered_ha)
  const [failed, setFailed] = useState('')
  useEffect(() => {
    if (totals.covered_ha !== null) return
    partOf<{ covered_ha: number }>(id, 'covered').then(
      (found) => setCovered(found.covered_ha),
      (error: ApiError) => setFailed(error.message),
    )
  }, [id])
  const shareOf = (own: number | null, side: PairSide | undefined) =>
    own && covered !== null && side
      ? [t.shareOf(formatNumber((100 * covered) / own, lang.value, 2), nameOf(side))]
      : []
  const shares = [...shareOf(totals.area_a_ha, pairs[0]?.a), ...shareOf(totals.area_b_ha, pairs[0]?.b)]
  if (failed) return <>{t.failed(failed)}</>
  return covered === null ? (
    <progress aria-label={t.running} />
  ) : (
    <>
      {formatNumber(covered, lang.value, 4)} ha
      {shares.map((share) => (
        <small key={share}>
          <br />
          {share}
        </small>
      ))}
    </>
  )
}
