import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { lang, words } from '../i18n'
import type { HelpTexts } from '../i18n/help/es'
import { helpTextsIn } from '../i18n/helpTexts'
import { helpOpen } from '../state/pane'
import { HelpBody } from './HelpBody'
import { Icon } from './Icon'

/** The dialog; what it says is fetched when it is opened. */
export function Help() {
  const t = words.value
  const dialog = useRef<HTMLDialogElement>(null)
  const texts = useSignal<HelpTexts | 'failed' | null>(null)
  const open = helpOpen.value
  const spoken = lang.value
  useEffect(() => {
    if (!open) return dialog.current?.close()
    dialog.current?.showModal()
    helpTextsIn(spoken).then(
      (loaded) => {
        texts.value = loaded
      },
      () => {
        texts.value = 'failed'
      },
    )
  }, [open, spoken])
  const close = () => {
    helpOpen.value = false
  }
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={close}>
      <div class="help-head">
        <h2 id="help-title">{t.helpTitle}</h2>
        <button type="button" class="tool" aria-label={t.close} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      {texts.value === null || texts.value === 'failed' ? (
        <p role="status">{texts.value ? t.failed(t.whatHelp) : t.loading}</p>
      ) : (
        <HelpBody texts={texts.value} />
      )}
    </dialog>
  )
}
