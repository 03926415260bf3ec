import { effect, signal } from '@preact/signals'
import { listFailed, page } from './list'
import { failureOf } from './problems'

const PATIENCE_MS = 1500

/** Whether the first rows are there and painted, or are waited for no longer. */
export const afterFirstRows = signal(false)

/**
 * When the first rows are there and painted. It does not wait for a list that lags, nor for the frame, which may itself
 * wait for the graphics to start.
 */
export function listThere(): Promise<void> {
  return new Promise<void>((resolve) => {
    setTimeout(resolve, PATIENCE_MS)
    effect(() => {
      if (page.value || listFailed.value || failureOf('catalogue')) setTimeout(resolve)
    })
  }).then(() => {
    afterFirstRows.value = true
  })
}
