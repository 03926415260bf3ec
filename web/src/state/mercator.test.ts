import { describe, expect, it } from 'vitest'
import type { Bbox } from '../api/types'
import { boundsOf, fitView, lifted } from './mercator'

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

  it('lifts a place above what covers the foot of the map', () => {
    const view = { lon: -75, lat: -10, zoom: 7 }
    const [, south, , north] = boundsOf(lifted(view, 175), size)
    // A quarter of the map's height higher: the place is now a quarter below the upper edge.
    const mercator = (lat: number) => Math.asinh(Math.tan((lat * Math.PI) / 180))
    const fromTop = (mercator(north) - mercator(-10)) / (mercator(north) - mercator(south))
    expect(fromTop).toBeCloseTo(0.25, 3)
    expect(lifted(view, 0)).toEqual(view)
  })

  it('does not dive into a single point', () => {
    expect(fitView([-75, -10, -75, -10], size).zoom).toBe(13)
  })
})
