import { describe, expect, it } from 'vitest'
import { sizeOf, stretches } from './geodesic'

describe('measures are geodesic', () => {
  it('a degree along the equator and along the meridian at Lima', () => {
    expect(
      stretches([
        [-77, 0],
        [-76, 0],
      ])[0],
    ).toBeCloseTo(111_319.4908, 3)
    // PostGIS: st_distance('POINT(-77 -12)'::geography, 'POINT(-77 -13)')
    expect(
      stretches([
        [-77, -12],
        [-77, -13],
      ])[0],
    ).toBeCloseTo(110_626.0, -1)
    expect(stretches([[-77, -12]])).toEqual([])
  })

  it('an area does not count its holes, whichever way its rings turn', () => {
    const square = (w: number, s: number, e: number, n: number) => [
      [w, s],
      [e, s],
      [e, n],
      [w, n],
      [w, s],
    ]
    const whole = sizeOf({ type: 'Polygon', coordinates: [square(-76, -10, -75, -9)] })
    const turned = sizeOf({ type: 'Polygon', coordinates: [square(-76, -10, -75, -9).toReversed()] })
    const holed = sizeOf({
      type: 'Polygon',
      coordinates: [square(-76, -10, -75, -9), square(-75.75, -9.75, -75.25, -9.25)],
    })
    expect(turned.area_m2).toBeCloseTo(whole.area_m2, 3)
    expect(holed.area_m2 / whole.area_m2).toBeCloseTo(0.75, 3)
    expect(whole.area_m2 / 1e6).toBeGreaterThan(12_000)
    expect(holed.boundary_m).toBeGreaterThan(whole.boundary_m)
  })
})
