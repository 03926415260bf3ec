import { effect } from '@preact/signals'
import { listFailed, page } from './list'

const PATIENCE_MS = 1500

/**
 * When the first rows are there and painted. It does not wait for a list that lags, nor for the frame, which may itself
 * wait for the graphics to start.
 */
export function listThere(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS)
    effect(() => {
      if (page.value || listFailed.value) setTimeout(resolve)
    })
  })
}
