import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError, getJson } from './client'
import { featuresUrl } from './requests'

afterEach(() => vi.unstubAllGlobals())

describe('a failed request', () => {
  it('carries the sentence and the request id of the problem document', async () => {
    const body = JSON.stringify({ title: 'Gone', detail: 'It left.', request_id: 'r-7' })
    vi.stubGlobal('fetch', async () => new Response(body, { status: 410 }))
    await expect(getJson('/x')).rejects.toMatchObject({ status: 410, message: 'It left.', requestId: 'r-7' })
  })

  it('falls back on the header when the body is not ours', async () => {
    const answer = new Response('<html>', { status: 502, headers: { 'x-request-id': 'r-8' } })
    vi.stubGlobal('fetch', async () => answer)
    await expect(getJson('/x')).rejects.toMatchObject({ status: 502, requestId: 'r-8' })
  })

  it('that never reached the server has status 0', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch')
    })
    const failure = await getJson('/x').catch((error) => error)
    expect(failure).toBeInstanceOf(ApiError)
    expect((failure as ApiError).status).toBe(0)
  })
})

describe('the list query', () => {
  it('says box, conditions, order and limit', () => {
    const conditions = { state: ['activo', 'latente'], department: ['Cusco'] }
    expect(
      featuresUrl({
        layer: 'conflicts',
        bbox: [-80, -10, -70, -1],
        conditions,
        order: 'urgency',
        limit: 100,
      }),
    ).toBe(
      '/api/layers/conflicts/features?bbox=-80,-10,-70,-1&state=activo,latente&department=Cusco&sort=urgency&limit=100',
    )
    expect(featuresUrl({ layer: 'watersheds', bbox: null, conditions: {}, order: 'name', limit: 5 })).toBe(
      '/api/layers/watersheds/features?limit=5',
    )
  })
})
