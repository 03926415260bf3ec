import { words } from '../i18n'
import { type Pane, pane } from '../state/pane'
import { Icon, type IconName } from './Icon'

/** On a narrow screen, one pane at a time. */
export function Tabs() {
  const t = words.value
  const tabs: { id: Pane; title: string; icon: IconName }[] = [
    { id: 'map', title: t.paneMap, icon: 'map' },
    { id: 'list', title: t.paneList, icon: 'list' },
    { id: 'filters', title: t.paneFilters, icon: 'filters' },
  ]
  return (
    <nav class="tabs" aria-label={t.tagline}>
      {tabs.map(({ id, title, icon }) => (
        <button
          key={id}
          type="button"
          aria-current={pane.value === id ? 'true' : undefined}
          onClick={() => {
            pane.value = id
          }}
        >
          <Icon name={icon} />
          {title}
        </button>
      ))}
    </nav>
  )
}
