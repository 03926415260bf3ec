import { words } from '../i18n'
import { pane } from '../state/pane'
import { cardLoading, choice, closeAll, closeDetail, selection } from '../state/selection'
import { Card } from './Card'
import { Chooser } from './Chooser'
import { Icon } from './Icon'

/** The right pane's other face: a card, or the list of what lies under a click. */
export function Detail() {
  const t = words.value
  const current = selection.value
  const nested = current !== null && choice.value !== null
  return (
    <div class="detail" tabIndex={-1} aria-busy={cardLoading.value}>
      <div class="progress" hidden={!cardLoading.value} />
      <div class="detail-bar">
        <button
          type="button"
          class="link"
          onClick={() => {
            if (!nested) pane.value = pane.value === 'map' ? 'list' : pane.value
            closeDetail()
          }}
        >
          <Icon name="back" />
          {nested ? t.backToChoice : t.back}
        </button>
        <button type="button" class="tool" aria-label={t.close} title={t.close} onClick={closeAll}>
          <Icon name="close" />
        </button>
      </div>
      {current ? <Card /> : choice.value && <Chooser choice={choice.value} />}
    </div>
  )
}
