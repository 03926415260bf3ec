import { words } from '../i18n'
import { caseShown } from '../state/cases'
import { CASES, layerById } from '../state/catalogue'
import { clearFilters, isShown, toggleLayer } from '../state/filters'
import type { loaded } from '../state/selection'

/** Says why the map does not show what the card is about, and offers to change that. */
export function HiddenNote({ card }: { card: NonNullable<typeof loaded.value> }) {
  const t = words.value
  const { selection, item } = card
  const layer = layerById(selection.layer)
  if (layer && !isShown(layer)) {
    return (
      <p class="card-note">
        {t.layerOff}{' '}
        <button type="button" class="link" onClick={() => toggleLayer(layer.id)}>
          {t.showIt}
        </button>
      </p>
    )
  }
  if (selection.layer !== CASES || caseShown(item)) return null
  return (
    <p class="card-note">
      {t.hiddenByFilters}{' '}
      <button type="button" class="link" onClick={clearFilters}>
        {t.clearFilters}
      </button>
    </p>
  )
}
