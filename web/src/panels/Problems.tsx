import { lang, words } from '../i18n'
import { droppedFromLink } from '../state/address'
import { catalogue, layerById } from '../state/catalogue'
import { retryList } from '../state/list'
import { type Problem, problems } from '../state/problems'
import { retryRequest } from '../state/retry'
import { retryCard } from '../state/selection'
import { startData } from '../state/start'
import { Icon } from './Icon'

const LIST = 'list:'

function subjectOf({ about }: Problem): string {
  const t = words.value
  if (about === 'catalogue') return t.whatCatalogue
  if (about === 'search') return t.whatSearch
  if (about === 'card') return t.whatCard
  const layer = layerById(about.replace(LIST, ''))
  return t.whatLayer(layer?.title[lang.value] ?? about)
}

function retry({ about }: Problem): void {
  if (about === 'catalogue') void startData()
  else if (about === 'card') retryCard()
  else if (about.startsWith(LIST)) retryList()
  else if (about !== 'search') retryRequest.value = about
}

function ProblemNotice({ problem }: { problem: Problem }) {
  const t = words.value
  return (
    <div class="notice notice-problem">
      <Icon name="warning" />
      <p>
        {t.failed(subjectOf(problem))} {problem.offline && t.failedOffline}
        {problem.requestId && <small>{t.requestId(problem.requestId)}</small>}
      </p>
      <button type="button" class="button" onClick={() => retry(problem)}>
        {t.retry}
      </button>
    </div>
  )
}

function DroppedNotice() {
  const t = words.value
  if (droppedFromLink.value.length === 0) return null
  return (
    <div class="notice">
      <p>{t.droppedFromLink(droppedFromLink.value.join(', '))}</p>
      <button
        type="button"
        class="tool"
        aria-label={t.dismiss}
        onClick={() => {
          droppedFromLink.value = []
        }}
      >
        <Icon name="close" />
      </button>
    </div>
  )
}

/** What went wrong, in plain sentences, over the map and out of the way of the data. */
export function Problems() {
  // A layer that fails twice, in its list and on the map, is named once.
  const seen = new Set<string>()
  const shown = problems.value.filter((problem) => {
    const subject = problem.about.replace(LIST, '')
    return seen.has(subject) ? false : seen.add(subject)
  })
  return (
    <div class="notices" role="status" data-ready={catalogue.value ? '' : undefined}>
      <DroppedNotice />
      {shown.map((problem) => (
        <ProblemNotice key={problem.about} problem={problem} />
      ))}
    </div>
  )
}
