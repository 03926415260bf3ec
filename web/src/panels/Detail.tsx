import { useEffect, useRef } from 'preact/hooks'
import { words } from '../i18n'
import { choice, closeAll, closeDetail, selection } from '../state/selection'
import { Card } from './Card'
import { Chooser } from './Chooser'
import { Icon } from './Icon'

/** The right pane's other face: a card, or the list of what lies under a click. */
export function Detail() {
  const t = words.value
  const heading = useRef<HTMLDivElement>(null)
  const current = selection.value
  const nested = current !== null && choice.value !== null
  const key = current ? `${current.layer}.${current.id}` : 'choice'
  useEffect(() => heading.current?.focus({ preventScroll: true }), [key])
  return (
    <div class="detail" ref={heading} tabIndex={-1}>
      <div class="detail-bar">
        <button type="button" class="link" data-back={nested ? 'choice' : 'list'} onClick={closeDetail}>
          <Icon name="back" />
          {nested ? t.backToChoice : t.back}
        </button>
        <button type="button" class="tool" aria-label={t.close} title={t.close} onClick={closeAll}>
          <Icon name="close" />
        </button>
      </div>
      {current ? <Card key={key} current={current} /> : choice.value && <Chooser choice={choice.value} />}
    </div>
  )
}
