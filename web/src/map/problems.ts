import { effect } from '@preact/signals'
import type { Map as MapLibre, VectorTileSource } from 'maplibre-gl'
import { ApiError, parseProblem } from '../api/client'
import { tilesUrl } from '../api/requests'
import { loadCases } from '../state/cases'
import { CASES, layerById } from '../state/catalogue'
import { clearProblem, reportProblem } from '../state/problems'
import { retryRequest } from '../state/retry'
import { isBasemap } from './basemap'

interface TileFailure {
  status?: number
  body?: Blob
}

async function asApiError(failure: TileFailure): Promise<ApiError> {
  const text = failure.body ? await failure.body.text() : ''
  const problem = parseProblem(text)
  return new ApiError(failure.status ?? 0, problem?.title ?? '', problem?.request_id ?? null)
}

/** Names the layer whose tiles fail; a basemap file that is missing is no problem of the reader's. */
export function followProblems(map: MapLibre): void {
  map.on('error', async (event) => {
    const source = 'sourceId' in event ? String(event.sourceId) : ''
    if (isBasemap(source)) return
    if (layerById(source)) reportProblem(source, await asApiError(event.error as TileFailure))
    else console.error(event.error)
  })
  effect(() => {
    const about = retryRequest.value
    if (!about) return
    retryRequest.value = null
    clearProblem(about)
    const layer = layerById(about)
    if (about === CASES) void loadCases()
    else if (layer) map.getSource<VectorTileSource>(about)?.setTiles([tilesUrl(layer.tiles)])
  })
}
