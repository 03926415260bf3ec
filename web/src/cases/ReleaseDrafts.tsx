import { useEffect, useRef, useState } from 'preact/hooks'
import { ask, type CaseRow, sentenceOf } from './cases'
import { Failed } from './Failed'
import { useAskBeforeLeaving } from './unsaved'
import { caseWords } from './words'

interface Props {
  rows: CaseRow[]
  /** How many drafts there are, listed or not. */
  matched: number
  done: () => void
}

/** Makes the drafts that are listed cases of the institution, one after another: what was done stays done. */
export function ReleaseDrafts({ rows, matched, done }: Props) {
  const t = caseWords.value
  const drafts = rows.filter(({ draft, audience }) => draft && audience === 'own')
  const [released, setReleased] = useState<number | null>(null)
  const [failed, setFailed] = useState('')
  const isGone = useRef(false)
  const isReleasing = useAskBeforeLeaving()
  useEffect(
    () => () => {
      isGone.current = true
    },
    [],
  )
  const release = async () => {
    if (!confirm(t.releaseSure(drafts.length))) return
    setFailed('')
    isReleasing.current = true
    for (const [place, row] of drafts.entries()) {
      // Whoever looks at another list has gone on to something else.
      if (isGone.current) return
      setReleased(place)
      try {
        const next = { sharing: 'own', shared_with: row.shared_with ?? [], draft: false }
        await ask('PATCH', `/api/cases/${row.id}`, next, { 'if-match': `"${row.version}"` })
      } catch (error) {
        setFailed(`${row.name ?? row.code}: ${sentenceOf(error)}`)
        break
      }
    }
    isReleasing.current = false
    setReleased(null)
    done()
  }
  if (drafts.length === 0) return null
  return (
    <>
      <Failed text={failed} />
      <p class="data-actions">
        <button type="button" class="button" disabled={released !== null} onClick={() => void release()}>
          {t.release(drafts.length, matched)}
        </button>
        {released !== null && <span role="status">{t.releasing(released + 1, drafts.length)}</span>}
      </p>
    </>
  )
}
