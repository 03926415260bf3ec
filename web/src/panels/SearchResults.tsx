import type { SearchResult } from '../api/types'
import { lang, readableIn, readableName, readablePlace, words } from '../i18n'
import { layerById, natureIn } from '../state/catalogue'
import { plainName } from '../state/plainName'
import { retrySearch, searchAnswer, searchProblem, searchResults, shownResults } from '../state/search'
import { Badge } from './Badge'
import { LayerMark } from './LayerMark'
import { MoreResults } from './MoreResults'

/** `CAJAMARCA · CELENDIN`: each place is a name of its own. */
const placeOf = (context: string) => context.split(' · ').map(readablePlace).join(' · ')

/** Who holds it, where that and not the name is what was searched for. */
function holderFound({ name, properties }: SearchResult): string | null {
  const holder = properties?.holder
  const wanted = plainName(searchAnswer.value?.query ?? '')
  return holder && plainName(holder).includes(wanted) && !plainName(name).includes(wanted)
    ? readableName(holder)
    : null
}

function Option({ result }: { result: SearchResult }) {
  const layer = layerById(result.layer)
  return (
    <>
      {layer && <LayerMark layer={layer} category={result.category} />}
      <span class="row-text">
        <span class="row-name">{readableIn(result.layer, result.name)}</span>
        <span class="visually-hidden">. </span>
        <span class="row-context">
          {[layer?.title[lang.value], holderFound(result), result.context && placeOf(result.context)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>{' '}
      {layer && <Badge nature={natureIn(layer, result.synthetic)} />}
    </>
  )
}

function sentence(found: number): string {
  const t = words.value
  if (searchProblem.value) return searchProblem.value.offline ? t.searchOffline : t.failed(t.whatSearch)
  if (!searchAnswer.value) return t.searchTooShort
  return found > 0 ? t.searchCount(found) : t.searchNone(searchAnswer.value.query)
}

/** The box keeps the focus, or the list would close under the pointer. */
function SearchRetry() {
  return (
    <p class="search-more">
      <button
        type="button"
        class="button"
        tabIndex={-1}
        onMouseDown={(event) => event.preventDefault()}
        onClick={retrySearch}
      >
        {words.value.retry}
      </button>
    </p>
  )
}

interface Props {
  id: string
  open: boolean
  active: number
  onChoose: (result: SearchResult) => void
}

export function SearchResults({ id, open, active, onChoose }: Props) {
  const t = words.value
  const results = shownResults.value
  const said = sentence(searchResults.value.length)
  return (
    <div class="search-results" hidden={!open}>
      <div id={id} role="listbox" aria-label={t.searchLabel}>
        {results.map((result, at) => (
          // Keys are handled by the box, which keeps the focus; the list only needs the pointer.
          <div
            key={`${result.layer}.${result.id}`}
            id={`result-${at}`}
            class="search-result"
            role="option"
            tabIndex={-1}
            aria-selected={at === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(result)}
            onKeyDown={() => {}}
          >
            <Option result={result} />
          </div>
        ))}
      </div>
      <MoreResults />
      <p class={results.length > 0 ? 'visually-hidden' : 'search-none'} role="status">
        {open ? said : ''}
      </p>
      {searchProblem.value && <SearchRetry />}
    </div>
  )
}
