import { effect } from '@preact/signals'
import { render } from 'preact'
import { App } from './panels/App'
import { catalogue } from './state/catalogue'
import { listFailed, page } from './state/list'
import { pane } from './state/pane'
import { startData, startState } from './state/start'
import { mapStatus } from './state/view'
import './styles/index.css'

const hasWebgl2 = () => document.createElement('canvas').getContext('webgl2') !== null

const PATIENCE_MS = 1500

/** The list comes first: MapLibre's megabyte waits until it is painted, but not for a list that lags. */
function listPainted(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS)
    effect(() => {
      if (page.value || listFailed.value) requestAnimationFrame(() => setTimeout(resolve))
    })
  })
}

/** MapLibre is fetched beside the page's own data, and started once the catalogue says what to draw. */
async function startMapWhenReady(): Promise<void> {
  if (!hasWebgl2()) {
    mapStatus.value = 'no-webgl'
    // A narrow screen would open on a pane with nothing but an excuse.
    pane.value = 'list'
    return
  }
  await listPainted()
  try {
    const { startMap } = await import('./map/start')
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

startState()
render(<App />, document.getElementById('app') as HTMLElement)
void startData()
void startMapWhenReady()
