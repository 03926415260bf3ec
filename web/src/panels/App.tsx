import { useEffect } from 'preact/hooks'
import { words } from '../i18n'
import { type Pane, pane } from '../state/pane'
import { detailOpen } from '../state/selection'
import { Detail } from './Detail'
import { Filters } from './Filters'
import { Header } from './Header'
import { Help } from './Help'
import { ListPane } from './ListPane'
import { MapPane } from './MapPane'
import { goTo, listenToShortcuts } from './shortcuts'
import { Tabs } from './Tabs'

function SkipLinks() {
  const t = words.value
  const links: [Pane, string][] = [
    ['list', t.skipToList],
    ['map', t.skipToMap],
    ['filters', t.skipToFilters],
  ]
  return (
    <nav class="skip-links" aria-label={t.shortcuts}>
      {links.map(([where, title]) => (
        <button key={where} type="button" onClick={() => goTo(where)}>
          {title}
        </button>
      ))}
    </nav>
  )
}

/** The page: header, then filters, map and list in that order for Tab as for the eye. */
export function App() {
  useEffect(listenToShortcuts, [])
  const detail = detailOpen.value
  return (
    <>
      <SkipLinks />
      <Header />
      <Tabs />
      <main class="panes" data-pane={pane.value} data-detail={detail ? '' : undefined}>
        <Filters />
        <MapPane />
        <section class="pane side" id="list" aria-label={words.value.paneList} tabIndex={-1}>
          {detail && <Detail />}
          <div hidden={detail}>
            <ListPane />
          </div>
        </section>
      </main>
      <Help />
    </>
  )
}
