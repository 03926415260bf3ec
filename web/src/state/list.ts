import { computed, effect, signal } from '@preact/signals'
import { isAborted } from '../api/client'
import { type FeatureQuery, featuresUrl, getFeatures } from '../api/requests'
import type { FeaturePage } from '../api/types'
import { CASES, layerById } from './catalogue'
import { caseConditions, caseOrder, listLayer } from './filters'
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
  return {
    layer: layer.id,
    bbox: bounds.value,
    ...(layer.id === CASES ? caseConditions() : { conditions: {} }),
    order: layer.id === CASES ? caseOrder.value : 'name',
    limit: rowLimit.value,
  }
})

export const showMoreRows = () => {
  rowLimit.value = Math.min(MAX_ROWS, rowLimit.value + PAGE)
}

export const retryList = () => {
  attempt.value += 1
}

/** Rows of the last answer, which may still be another layer's while the new one is on its way. */
export const rows = computed(() => page.value?.features ?? [])

/** False while the rows are still those of another layer. */
export const rowsCurrent = computed(() => page.value?.layer === listLayer.value)

/** What was asked for last, and in which attempt. */
let asked = ''
let controller = new AbortController()

/** Asks again whenever the query changes, giving up the request before. The old rows stay meanwhile. */
export function followList(): void {
  effect(() => {
    const query = listQuery.value
    const wanted = query ? `${attempt.value} ${featuresUrl(query)}` : ''
    if (wanted === asked) return
    asked = wanted
    controller.abort()
    controller = new AbortController()
    const { signal } = controller
    listLoading.value = query !== null
    if (!query) return
    getFeatures(query, signal)
      .then((answer) => {
        page.value = answer
        listFailed.value = false
        clearProblem(`list:${query.layer}`)
      })
      .catch((error) => {
        if (isAborted(error)) return
        listFailed.value = true
        // Old rows of another layer may stand in while loading, but not for an answer that never came.
        if (page.peek()?.layer !== query.layer) page.value = null
        reportProblem(`list:${query.layer}`, error)
      })
      .finally(() => {
        if (!signal.aborted) listLoading.value = false
      })
  })
}
