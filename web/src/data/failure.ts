import { ApiError } from '../api/client'
import { lang, words } from '../i18n'
import { said } from './sentences'

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
  if (status < FAULT) return said(message, lang.value).text
  return [t.failedServer, requestId && `${t.requestId(requestId)}.`].filter(Boolean).join(' ')
}
