import { MOST_RESULTS } from '../api/requests'
import { words } from '../i18n'
import { searchResults, showAllResults, shownResults } from '../state/search'

/** How much of what was found is shown, and the rest of it on request. */
export function MoreResults() {
  const t = words.value
  const shown = shownResults.value.length
  const all = searchResults.value.length
  const full = all >= MOST_RESULTS
  if (shown === all && !full) return null
  return (
    <div class="search-more">
      <span>{full ? t.resultsOfMany(shown, all) : t.resultsOf(shown, all)}</span>
      {shown < all && (
        // The box keeps the focus, or the list would close under the pointer.
        <button
          type="button"
          class="button"
          tabIndex={-1}
          onMouseDown={(event) => event.preventDefault()}
          onClick={showAllResults}
        >
          {t.showMore}
        </button>
      )}
    </div>
  )
}
