import type { HelpTexts } from '../i18n/help/es'

/** Every key and what it does. */
export function Shortcuts({ texts: t }: { texts: HelpTexts }) {
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
