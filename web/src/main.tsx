import { effect } from '@preact/signals'
import { render } from 'preact'
import { App } from './panels/App'
import { catalogue } from './state/catalogue'
import { startData, startState } from './state/start'
import { mapStatus } from './state/view'
import './styles/index.css'

const hasWebgl2 = () => document.createElement('canvas').getContext('webgl2') !== null

/** MapLibre is fetched beside the page's own data, and started once the catalogue says what to draw. */
async function startMapWhenReady(): Promise<void> {
  if (!hasWebgl2()) {
    mapStatus.value = 'no-webgl'
    return
  }
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
