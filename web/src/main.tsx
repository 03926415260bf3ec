import { effect } from '@preact/signals'
import { render } from 'preact'
import { startKeeping } from './offline/start'
import { App } from './panels/App'
import { openLast } from './state/address'
import { catalogue, catalogueThere } from './state/catalogue'
import { listThere } from './state/listThere'
import { followConnection } from './state/mend'
import { pane } from './state/pane'
import { startData, startState } from './state/start'
import { startFirstTour } from './state/tour'
import { mapStatus } from './state/view'
import { hasWebgl2 } from './webgl'
import './styles/index.css'

/** As long as the first look at the page waits for what it is about. */
const FIRST_LOOK_MS = 150

/** A machine without a graphics card takes long to say what it can draw; MapLibre need not wait for that to be fetched. */
const PROBE_MS = 100

function withoutMap(): void {
  mapStatus.value = 'no-webgl'
  // A narrow screen would open on a pane with nothing but an excuse.
  pane.value = 'list'
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

type Start = (root: HTMLElement) => Promise<void>

const people = () => import('./people/start').then(({ startPeoplePage }): Start => startPeoplePage)
const cases = () => import('./cases/start').then(({ startCasesPage }): Start => startCasesPage)

/** The other views, each fetched when it is opened. The server knows them too (src/api/web.rs). */
const PAGES: Record<string, () => Promise<Start>> = {
  '/acerca': () => import('./about/start').then(({ startAboutPage }) => startAboutPage),
  '/admin': cases,
  '/casos': cases,
  '/cifras': cases,
  '/comparar': () => import('./compare/start').then(({ startComparePage }) => startComparePage),
  '/cruces': () => import('./overlaps/start').then(({ startOverlapsPage }) => startOverlapsPage),
  '/cuentas': people,
  '/datos': () => import('./data/start').then(({ startDataPage }) => startDataPage),
  '/entrar': people,
  '/expediente': () => import('./dossier/start').then(({ startDossierPage }) => startDossierPage),
  '/informe': () => import('./briefing/start').then(({ startBriefingPage }) => startBriefingPage),
  '/lamina': () => import('./sheet/start').then(({ startSheetPage }) => startSheetPage),
}

/** Addresses of the map. */
const MAP = ['/', '/mapa', '/index.html']

/** What shows the view at a path; null of the map. */
function pageAt(path: string): (() => Promise<Start>) | null {
  if (MAP.includes(path)) return null
  if (path.startsWith('/caso/')) return cases
  return PAGES[path] ?? (() => import('./about/startNotFound').then(({ startNotFound }) => startNotFound))
}

async function start(): Promise<void> {
  const root = document.getElementById('app') as HTMLElement
  const page = pageAt(location.pathname)
  if (page) return (await page())(root)
  const isPlain = location.search === '' && location.hash === ''
  openLast()
  await startState()
  const data = startData()
  // Where the catalogue comes at once, all of the page is laid out once.
  await Promise.race([catalogueThere(), new Promise((resolve) => setTimeout(resolve, FIRST_LOOK_MS))])
  render(<App />, root)
  void data
  followConnection()
  startKeeping()
  startFirstTour(isPlain)
  await startMapWhenReady()
}

void start()
