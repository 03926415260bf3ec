import { computed, effect, signal } from '@preact/signals'
import { isAborted } from '../api/client'
import { type FeatureQuery, getFeatures } from '../api/requests'
import type { FeaturePage } from '../api/types'
import { CASES, layerById } from './catalogue'
import { chosenStates, listLayer } from './filters'
import { clearProblem, reportProblem } from './problems'
import { bounds, mapSize } from './view'

const PAGE = 100
/** The most rows the server gives at once. */
export const MAX_ROWS = 1000

export const page = signal<FeaturePage | null>(null)
export const listLoading = signal(false)
export const listFailed = signal(false)
const rowLimit = signal(PAGE)
const attempt = signal(0)

/** The query behind the list: what is in view, of the chosen layer, under the filters. */
export const listQuery = computed<FeatureQuery | null>(() => {
  const layer = layerById(listLayer.value)
  if (!layer || !mapSize.value) return null
  const filtered = layer.id === CASES && layer.category_field && chosenStates.value.length > 0
  return {
    layer: layer.id,
    bbox: bounds.value,
    category: filtered ? { field: layer.category_field as string, values: chosenStates.value } : null,
    limit: rowLimit.value,
  }
})

export const showMoreRows = () => {
  rowLimit.value = Math.min(MAX_ROWS, rowLimit.value + PAGE)
}

export const retryList = () => {
  attempt.value += 1
}

/** Rows of the layer on screen; a page of another layer is never shown under the wrong title. */
export const rows = computed(() => (page.value?.layer === listLayer.value ? page.value.features : []))

/** Asks again whenever the query changes, giving up the request before. The old rows stay meanwhile. */
export function followList(): () => void {
  return effect(() => {
    const query = listQuery.value
    attempt.value
    if (!query) return
    const controller = new AbortController()
    listLoading.value = true
    getFeatures(query, controller.signal)
      .then((answer) => {
        page.value = answer
        listFailed.value = false
        clearProblem(`list:${query.layer}`)
      })
      .catch((error) => {
        if (isAborted(error)) return
        listFailed.value = true
        reportProblem(`list:${query.layer}`, error)
      })
      .finally(() => {
        if (!controller.signal.aborted) listLoading.value = false
      })
    return () => controller.abort()
  })
}
