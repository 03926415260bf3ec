import { ApiError } from '../api/client'
import { words } from '../i18n'

const UNREACHED = 0
const FAULT = 500

/** Why something was not had or done, in a plain sentence; a fault of the server with the number of the request. */
export function sentenceOfFailure(error: unknown): string {
  const t = words.value
  // (What `fetch` throws where there is no answer is a TypeError, in whatever words of the browser.)
  if (error instanceof TypeError) return t.failedOffline
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  const { status, message, requestId } = error
  if (status === UNREACHED) return message || t.failedOffline
  if (status < FAULT) return message
  return [t.failedServer, requestId && `${t.requestId(requestId)}.`].filter(Boolean).join(' ')
}
