import { readableIn, words } from '../i18n'
import { knownName } from '../state/knownName'
import { problems } from '../state/problems'
import { retryCard, selection } from '../state/selection'

/** A card that could not be fetched: what it is about, why it is empty, and another try. */
export function FailedCard() {
  const t = words.value
  const current = selection.value
  const name = current && knownName(current)
  const offline = problems.value.some((problem) => problem.about === 'card' && problem.offline)
  return (
    <article class="card">
      {name && <h2 tabIndex={-1}>{readableIn(current.layer, name)}</h2>}
      <p class="card-note">
        {t.failed(t.whatCard)} {offline && t.failedOffline}
      </p>
      <div class="actions">
        <button type="button" class="button" onClick={retryCard}>
          {t.retry}
        </button>
      </div>
    </article>
  )
}
