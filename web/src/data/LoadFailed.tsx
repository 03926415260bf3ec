import { words } from '../i18n'
import { sentenceOfFailure } from './failure'

/** Why a page has not what it should show, and a way to ask again. */
export function LoadFailed({ error, retry }: { error: unknown; retry: () => void }) {
  const t = words.value
  return (
    <p class="data-failed" role="alert">
      {t.failedPage} {sentenceOfFailure(error)}{' '}
      <button type="button" class="button" onClick={retry}>
        {t.retry}
      </button>
    </p>
  )
}
