import { describe, expect, it } from 'vitest'
import type { Bbox } from '../api/types'
import { boundsOf, fitView } from './mercator'

const size = { width: 600, height: 700 }
const peru: Bbox = [-81.35, -18.4, -68.65, -0.03]

describe('the camera', () => {
  it('sees the whole world at zoom 0 on 512 pixels', () => {
    const [west, south, east, north] = boundsOf({ lon: 0, lat: 0, zoom: 0 }, { width: 512, height: 512 })
    expect([west, east]).toEqual([-180, 180])
    // The edge of the square Mercator world: atan(sinh(pi)) = 85.0511 degrees.
    expect([south, north]).toEqual([-85.0511, 85.0511])
  })

  it('fits a box so that all of it is seen', () => {
    const [west, south, east, north] = boundsOf(fitView(peru, size), size)
    expect(west).toBeLessThan(peru[0])
    expect(south).toBeLessThan(peru[1])
    expect(east).toBeGreaterThan(peru[2])
    expect(north).toBeGreaterThan(peru[3])
  })

  it('does not dive into a single point', () => {
    expect(fitView([-75, -10, -75, -10], size).zoom).toBe(13)
  })
})
