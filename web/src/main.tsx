import { effect } from '@preact/signals'
import { render } from 'preact'
import { startKeeping } from './offline/start'
import { App } from './panels/App'
import { openLast } from './state/address'
import { catalogue } from './state/catalogue'
import { listThere } from './state/listThere'
import { followConnection } from './state/mend'
import { pane } from './state/pane'
import { startData, startState } from './state/start'
import { startFirstTour } from './state/tour'
import { mapStatus } from './state/view'
import { hasWebgl2 } from './webgl'
import './styles/index.css'

/** A machine without a graphics card takes long to say what it can draw; MapLibre need not wait for that to be fetched. */
const PROBE_MS = 100

function withoutMap(): void {
  mapStatus.value = 'no-webgl'
  // A narrow screen would open on a pane with nothing but an excuse.
  pane.value = 'list'
}

/**
 * Asks for the files of the map ahead (scripts/ahead.mjs names them), while the page waits for its own data; they are only
 * read when they are needed.
 */
function fetchMapAhead(): void {
  const files = document.querySelector<HTMLMetaElement>('meta[name="map-files"]')?.content.split(' ') ?? []
  for (const href of files) {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'prefetch', href }))
  }
}

/** MapLibre's megabyte is read when the rows are there, and started once the catalogue says what to draw. */
async function startMapWhenReady(): Promise<void> {
  const probe = hasWebgl2()
  await listThere()
  const later = new Promise<true>((resolve) => setTimeout(resolve, PROBE_MS, true))
  if (!(await Promise.race([probe, later]))) return withoutMap()
  try {
    const { startMap } = await import('./map/start')
    if (!(await probe)) return withoutMap()
    const stop = effect(() => {
      const container = document.getElementById('map')
      if (!catalogue.value || !container) return
      queueMicrotask(() => {
        stop()
        startMap(container)
      })
    })
  } catch (error) {
    mapStatus.value = 'failed'
    console.error(error)
  }
}

async function start(): Promise<void> {
  const root = document.getElementById('app') as HTMLElement
  if (location.pathname === '/datos') {
    const { startDataPage } = await import('./data/start')
    return startDataPage(root)
  }
  if (location.pathname === '/cruces') {
    const { startOverlapsPage } = await import('./overlaps/start')
    return startOverlapsPage(root)
  }
  if (location.pathname === '/expediente') {
    const { startDossierPage } = await import('./dossier/start')
    return startDossierPage(root)
  }
  if (location.pathname === '/informe') {
    const { startBriefingPage } = await import('./briefing/start')
    return startBriefingPage(root)
  }
  if (location.pathname === '/acerca') {
    const { startAboutPage } = await import('./about/start')
    return startAboutPage(root)
  }
  if (location.pathname === '/comparar') {
    const { startComparePage } = await import('./compare/start')
    return startComparePage(root)
  }
  if (location.pathname === '/lamina') {
    const { startSheetPage } = await import('./sheet/start')
    return startSheetPage(root)
  }
  if (location.pathname === '/entrar' || location.pathname === '/cuentas') {
    const { startPeoplePage } = await import('./people/start')
    return startPeoplePage(root)
  }
  if (['/casos', '/cifras', '/admin'].includes(location.pathname) || location.pathname.startsWith('/caso/')) {
    const { startCasesPage } = await import('./cases/start')
    return startCasesPage(root)
  }
  const isPlain = location.search === '' && location.hash === ''
  openLast()
  await startState()
  render(<App />, root)
  void startData()
  fetchMapAhead()
  followConnection()
  startKeeping()
  startFirstTour(isPlain)
  await startMapWhenReady()
}

void start()
