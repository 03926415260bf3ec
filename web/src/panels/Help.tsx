import { useEffect, useRef } from 'preact/hooks'
import { words } from '../i18n'
import { helpOpen } from '../state/pane'
import { shortcutsOn, toggleShortcuts } from '../state/preferences'
import { Icon } from './Icon'

function Shortcuts() {
  const t = words.value
  const entries: [string[], string][] = [
    [['/'], t.shortcutSearch],
    [['m'], t.shortcutMap],
    [['l'], t.shortcutList],
    [['f'], t.shortcutFilters],
    [['[', ']'], t.shortcutStep],
    [['?'], t.shortcutHelp],
    [['Esc'], t.shortcutEscape],
    [['←', '↑', '↓', '→'], t.shortcutArrows],
    [['+', '−'], t.shortcutZoom],
    [['Enter'], t.shortcutEnter],
  ]
  return (
    <dl class="shortcuts">
      {entries.map(([keys, meaning]) => (
        <div key={meaning}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Help() {
  const t = words.value
  const dialog = useRef<HTMLDialogElement>(null)
  const open = helpOpen.value
  useEffect(() => {
    if (open) dialog.current?.showModal()
    else dialog.current?.close()
  }, [open])
  const close = () => {
    helpOpen.value = false
  }
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={close}>
      <div class="help-head">
        <h2 id="help-title">{t.shortcuts}</h2>
        <button type="button" class="tool" aria-label={t.close} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <label class="layer-head">
        <input
          type="checkbox"
          role="switch"
          checked={shortcutsOn.value}
          aria-checked={shortcutsOn.value}
          onChange={toggleShortcuts}
        />
        {t.shortcutsSwitch}
      </label>
      <Shortcuts />
      <p class="help-about">{t.about}</p>
    </dialog>
  )
}
