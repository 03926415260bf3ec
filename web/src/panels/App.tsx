import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { words } from '../i18n'
import { type Pane, pane } from '../state/pane'
import { detailOpen } from '../state/selection'
import { endTour, tourAt } from '../state/tour'
import { Detail } from './Detail'
import { Filters } from './Filters'
import { Header } from './Header'
import { Help } from './Help'
import { ListPane } from './ListPane'
import { MapPane } from './MapPane'
import { focusOn, goTo, listenToShortcuts } from './shortcuts'
import { Tabs } from './Tabs'
import type { Tour } from './Tour'

function SkipLinks() {
  const t = words.value
  const links: [Pane, string][] = [
    ['list', t.skipToList],
    ['map', t.skipToMap],
    ['filters', t.skipToFilters],
  ]
  return (
    <nav class="skip-links" aria-label={t.skipLinks}>
      {links.map(([where, title]) => (
        <button key={where} type="button" onClick={() => goTo(where)}>
          {title}
        </button>
      ))}
    </nav>
  )
}

/** The list's place and focus, kept while a card stands before it. */
function Side() {
  const detail = detailOpen.value
  const side = useRef<HTMLElement>(null)
  const scrolled = useRef(0)
  const was = useRef(detail)
  useLayoutEffect(() => {
    if (!side.current || was.current === detail) return
    was.current = detail
    side.current.scrollTop = detail ? 0 : scrolled.current
    if (!detail) focusOn('.row[tabindex="0"]', '.maplibregl-canvas')
  }, [detail])
  return (
    <section
      ref={side}
      class="pane side"
      id="list"
      aria-label={detail ? words.value.paneCard : words.value.paneList}
      tabIndex={-1}
      onScroll={(event) => {
        if (!detail) scrolled.current = event.currentTarget.scrollTop
      }}
    >
      {detail && <Detail />}
      <div hidden={detail}>
        <ListPane />
      </div>
    </section>
  )
}

/** The tour is fetched when it begins. */
function LazyTour() {
  const shown = useSignal<typeof Tour | null>(null)
  useEffect(() => {
    import('./Tour').then((loaded) => {
      shown.value = loaded.Tour
    }, endTour)
  }, [])
  const Loaded = shown.value
  return Loaded && <Loaded />
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
        <Side />
      </main>
      <Help />
      {tourAt.value !== null && <LazyTour />}
    </>
  )
}
