import { words } from '../i18n'
import { catalogue } from '../state/catalogue'
import { problems } from '../state/problems'
import { startData } from '../state/start'

/** Stands in for a pane until the catalogue says what to put there, or why it cannot. */
export function CatalogueState() {
  const t = words.value
  if (catalogue.value) return null
  const failed = problems.value.some(({ about }) => about === 'catalogue')
  if (!failed) return <p class="empty">{t.loading}</p>
  return (
    <div class="empty">
      <p>{t.failed(t.whatCatalogue)}</p>
      <button type="button" class="button" onClick={() => void startData()}>
        {t.retry}
      </button>
    </div>
  )
}
