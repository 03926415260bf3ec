import { useEffect, useRef } from 'preact/hooks'
import { words } from '../i18n'
import { choice, closeDetail, selection } from '../state/selection'
import { Card } from './Card'
import { Chooser } from './Chooser'
import { Icon } from './Icon'

/** The right pane's other face: a card, or the list of what lies under a click. */
export function Detail() {
  const t = words.value
  const heading = useRef<HTMLDivElement>(null)
  const current = selection.value
  const key = current ? `${current.layer}.${current.id}` : 'choice'
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when another card opens
  useEffect(() => heading.current?.focus({ preventScroll: true }), [key])
  return (
    <div class="detail" ref={heading} tabIndex={-1}>
      <div class="detail-bar">
        <button type="button" class="link" onClick={closeDetail}>
          <Icon name="back" />
          {t.back}
        </button>
      </div>
      {current ? <Card key={key} current={current} /> : choice.value && <Chooser choice={choice.value} />}
    </div>
  )
}
