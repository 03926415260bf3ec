import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ChangesTable } from './ChangesTable'
import type { Changes } from './changesMap'
import { ask, type Report } from './job'
import { KIND_COLORS } from './kinds'
import { dataWords } from './words'

/** More than so many would only be a stain, and take long to fetch. */
const MOST = 20_000

interface Props {
  id: string
  /** Another one means other changes. */
  report: Report
}

/** The changes of an import on a map, before they are made. */
export function ChangesMap({ id, report }: Props) {
  const t = dataWords.value
  const box = useRef<HTMLDivElement>(null)
  const failed = useSignal(false)
  const changes = useSignal<Changes | null>(null)
  const { added, changed, removed, demonstration_removed } = report.merge
  const count = added + changed + removed + demonstration_removed
  useEffect(() => {
    let remove: (() => void) | undefined
    let gone = false
    const show = async () => {
      const [{ showChanges }, answer] = await Promise.all([
        import('./changesMap'),
        ask(`/api/imports/${id}/changes`),
      ])
      const told: Changes = await answer.json()
      if (gone || !box.current) return
      changes.value = told
      remove = showChanges(box.current, told, dataWords.peek().changesMap)
    }
    if (count > 0 && count <= MOST) {
      show().catch((error) => {
        console.warn(error)
        failed.value = true
      })
    }
    return () => {
      gone = true
      remove?.()
    }
  }, [id, report])
  if (count === 0) return null
  if (count > MOST) return <p>{t.tooManyToDraw}</p>
  const names: Record<string, string> = {
    added: t.added,
    removed: t.removed,
    moved: t.moved,
    changed: t.changed,
  }
  return (
    <>
      <figure class="data-changes">
        <div ref={box} class="data-map" />
        <figcaption>
          {failed.value
            ? t.notDrawn
            : Object.entries(KIND_COLORS).map(([kind, color]) => (
                <span key={kind}>
                  <svg viewBox="0 0 12 12" aria-hidden="true">
                    <circle cx="6" cy="6" r="5" fill={color} />
                  </svg>{' '}
                  {names[kind]}
                </span>
              ))}
        </figcaption>
      </figure>
      {changes.value && <ChangesTable changes={changes.value} names={names} />}
    </>
  )
}
