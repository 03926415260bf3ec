import { useEffect, useRef } from 'preact/hooks'

/** Whether something is written and not kept: while it is, the browser asks before the page is left. */
export function useAskBeforeLeaving(): { current: boolean } {
  const isDirty = useRef(false)
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (isDirty.current) event.preventDefault()
    }
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [])
  return isDirty
}
