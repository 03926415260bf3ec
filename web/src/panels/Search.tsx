import { useComputed, useSignal } from '@preact/signals'
import type { SearchResult } from '../api/types'
import { words } from '../i18n'
import { identify } from '../state/identify'
import { pane } from '../state/pane'
import {
  NO_LAYER,
  SHORTEST,
  searchAnswer,
  searchProblem,
  searchText,
  showAllResults,
  shownResults,
} from '../state/search'
import { select } from '../state/selection'
import { flyTo } from '../state/view'
import { Icon } from './Icon'
import { SearchResults } from './SearchResults'

const LIST_ID = 'search-results'

/** The header's search box: a combobox whose list says the layer and the place of each name. */
export function Search() {
  const t = words.value
  const open = useSignal(false)
  const active = useSignal(0)
  const results = shownResults.value
  const tooShort = useComputed(
    () => searchText.value.trim().length > 0 && searchText.value.trim().length < SHORTEST,
  )
  const shown = useComputed(
    () => open.value && (searchAnswer.value !== null || tooShort.value || searchProblem.value !== null),
  )

  const choose = (result: SearchResult) => {
    open.value = false
    pane.value = 'map'
    searchText.value = ''
    // The box gives up the keys, so that Escape closes the card.
    document.getElementById('search')?.blur()
    // The card first: the camera makes room for it.
    if (result.layer !== NO_LAYER) select(result.layer, result.id)
    else if (result.point) void identify(result.point)
    flyTo(result.bbox, result.point)
  }

  const step = (by: number) => {
    open.value = true
    // The key goes on where the list was cut.
    if (by > 0 && active.value === results.length - 1) showAllResults()
    const total = shownResults.value.length
    if (total > 0) active.value = (active.value + by + total) % total
    const { value } = active
    requestAnimationFrame(() =>
      document.getElementById(`result-${value}`)?.scrollIntoView({ block: 'nearest' }),
    )
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      step(event.key === 'ArrowDown' ? 1 : -1)
    } else if (event.key === 'Enter') {
      const result = results[active.value]
      if (shown.value && result) choose(result)
    } else if (event.key === 'Escape') {
      // An empty box has nothing to close: the key is meant for the card.
      if (!shown.value && !searchText.value) return
      event.stopPropagation()
      if (shown.value) open.value = false
      else searchText.value = ''
    }
  }

  return (
    <search class="search">
      <Icon name="search" />
      <input
        id="search"
        type="text"
        role="combobox"
        aria-label={t.searchLabel}
        aria-expanded={shown.value}
        aria-controls={LIST_ID}
        aria-autocomplete="list"
        aria-activedescendant={shown.value && results.length > 0 ? `result-${active.value}` : undefined}
        placeholder={t.searchPlaceholder}
        autocomplete="off"
        spellcheck={false}
        maxLength={100}
        value={searchText.value}
        onInput={(event) => {
          searchText.value = event.currentTarget.value
          active.value = 0
          open.value = true
        }}
        onFocus={() => {
          open.value = true
        }}
        onBlur={() => {
          open.value = false
        }}
        onKeyDown={onKeyDown}
      />
      {searchText.value ? (
        <button
          type="button"
          class="search-clear"
          aria-label={t.clearSearch}
          onClick={() => {
            searchText.value = ''
            document.getElementById('search')?.focus()
          }}
        >
          <Icon name="close" />
        </button>
      ) : (
        <span class="key" aria-hidden="true">
          /
        </span>
      )}
      <SearchResults id={LIST_ID} open={shown.value} active={active.value} onChoose={choose} />
    </search>
  )
}
