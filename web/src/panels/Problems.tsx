import { answeredAt, keptSince } from '../api/client'
import { formatDate, formatTime, lang, words } from '../i18n'
import { droppedFromLink } from '../state/address'
import { catalogue, layerById } from '../state/catalogue'
import { LIST, retry } from '../state/mend'
import { clearProblem, type Problem, problems } from '../state/problems'
import { Icon } from './Icon'

function subjectOf({ about }: Problem): string {
  const t = words.value
  if (about === 'catalogue') return t.whatCatalogue
  if (about === 'search') return t.whatSearch
  if (about === 'timeline') return t.timeline
  if (about === 'card') return t.whatCard
  const layer = layerById(about.replace(LIST, ''))
  return t.whatLayer(layer?.title[lang.value] ?? about)
}

function retryAll(failed: Problem[]): void {
  for (const problem of failed) retry(problem)
}

function dismiss(failed: Problem[]): void {
  for (const { about } of failed) clearProblem(about)
}

function Dismiss({ onClick }: { onClick: () => void }) {
  return (
    <button type="button" class="tool" aria-label={words.value.dismiss} onClick={onClick}>
      <Icon name="close" />
    </button>
  )
}

/** Without the server what was shown goes on being shown: the reader is told since when, not that there is nothing. */
function offlineSentence(): string {
  const t = words.value
  const at = answeredAt.value
  return at ? `${t.failedOffline} ${t.lastAnswer(formatTime(at, lang.value))}` : t.failedOffline
}

function sentenceOf(failed: Problem[]): string {
  const t = words.value
  const refused = failed.filter(({ offline }) => !offline)
  const subjects = [...new Set(refused.map(subjectOf))]
  const parts = [
    refused.length > 0 ? t.failed(subjects.join('; ')) : null,
    refused.length < failed.length ? offlineSentence() : null,
  ]
  return parts.filter(Boolean).join(' ')
}

/** All that failed in one notice: a broken network would else bury the map under its own complaints. */
function FailureNotice() {
  const t = words.value
  const failed = problems.value
  if (failed.length === 0) return null
  const requestIds = [...new Set(failed.flatMap(({ requestId }) => (requestId ? [requestId] : [])))]
  return (
    <div class="notice notice-problem">
      <Icon name="warning" />
      <p>
        {sentenceOf(failed)}
        {requestIds.length > 0 && <small>{t.requestId(requestIds.join(', '))}</small>}
      </p>
      <button type="button" class="button" onClick={() => retryAll(failed)}>
        {t.retry}
      </button>
      <Dismiss onClick={() => dismiss(failed)} />
    </div>
  )
}

function DroppedNotice() {
  const t = words.value
  if (droppedFromLink.value.length === 0) return null
  return (
    <div class="notice">
      <p>
        {t.droppedFromLink}
        <small>{droppedFromLink.value.join(', ')}</small>
      </p>
      <Dismiss
        onClick={() => {
          droppedFromLink.value = []
        }}
      />
    </div>
  )
}

/** Without the server: what is shown is what was last seen, and of when that is. */
function KeptNotice() {
  const since = keptSince.value
  if (!since) return null
  return (
    <div class="notice" data-kept="">
      <Icon name="warning" />
      <p>
        {words.value.keptSince(formatDate(since.toISOString(), lang.value), formatTime(since, lang.value))}
      </p>
    </div>
  )
}

/** What went wrong, in plain sentences, over the map and out of the way of the data. */
export function Problems() {
  return (
    <div class="notices" role="status" data-ready={catalogue.value ? '' : undefined}>
      <DroppedNotice />
      <KeptNotice />
      <FailureNotice />
    </div>
  )
}
