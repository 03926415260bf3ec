import { useEffect, useRef } from 'preact/hooks'
import { caseWords } from './words'

/** Why something was not done, brought to where the reader is. */
export function Failed({ text }: { text: string }) {
  const t = caseWords.value
  const line = useRef<HTMLParagraphElement>(null)
  useEffect(() => line.current?.scrollIntoView({ block: 'center' }), [text])
  if (!text) return null
  return (
    <p ref={line} class="data-failed" role="alert">
      {t.failed}: {text}
    </p>
  )
}
