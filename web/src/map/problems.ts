import type { Map as MapLibre } from 'maplibre-gl'
import { ApiError, parseProblem } from '../api/client'
import { layerById } from '../state/catalogue'
import { clearProblem, reportProblem } from '../state/problems'
import { triesOf } from '../state/retry'
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

/**
 * Names the layer whose tiles fail; a basemap file that is missing is no problem of the reader's. The notice stays
 * until a tile arrives that was asked for after the failure: another of the same lot says nothing.
 */
export function followProblems(map: MapLibre): void {
  const failedAt = new Map<string, number>()
  map.on('error', async (event) => {
    const source = 'sourceId' in event ? String(event.sourceId) : ''
    if (isBasemap(source)) return
    if (!layerById(source)) return console.error(event.error)
    failedAt.set(source, triesOf(source))
    reportProblem(source, await asApiError(event.error as TileFailure))
  })
  map.on('sourcedata', ({ sourceId, tile }) => {
    const failed = failedAt.get(sourceId)
    if (failed === undefined || tile?.state !== 'loaded' || failed === triesOf(sourceId)) return
    failedAt.delete(sourceId)
    clearProblem(sourceId)
  })
}
