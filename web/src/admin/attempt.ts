import { useState } from 'preact/hooks'
import { loadKinds, sentenceOf } from '../cases/cases'

/** Does something that may be refused. */
export type Attempt = (work: () => Promise<unknown>) => Promise<void>

/** Attempts of one form, and why the last one was refused, to be told beside it. */
export function useAttempt(): [Attempt, string] {
  const [failed, setFailed] = useState('')
  const attempt: Attempt = async (work) => {
    setFailed('')
    try {
      await work()
      await loadKinds()
    } catch (error) {
      setFailed(sentenceOf(error))
    }
  }
  return [attempt, failed]
}
