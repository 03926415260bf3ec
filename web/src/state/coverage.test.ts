import { describe, expect, it } from 'vitest'
import type { Bbox, Layer, Row } from '../api/types'
import { covers, isOutside, isPartial, likeness, regionOf } from './coverage'

const layer = (bbox: Bbox | null) => ({ bbox }) as Layer
const department = (name: string, bbox: Bbox) => ({ name, bbox }) as Row

const cajamarca: Bbox = [-79.46, -7.77, -77.75, -4.58]
const departments = [
  department('La Libertad', [-79.7, -8.96, -76.86, -6.96]),
  department('Cajamarca', cajamarca),
]

describe('the part of the country that a layer covers', () => {
  it('is all of it when its box nearly is', () => {
    expect(isPartial(layer([-80.3, -17.2, -69.2, -2.8]))).toBe(false)
    expect(isPartial(layer(null))).toBe(false)
  })

  it('is named after the department that it matches', () => {
    const concessions = layer([-79.457, -7.783, -77.711, -4.614])
    expect(isPartial(concessions)).toBe(true)
    expect(regionOf(concessions, departments)).toBe('Cajamarca')
  })

  it('has no name when it matches none, or while departments are not known', () => {
    expect(regionOf(layer([-72, -15, -71, -14]), departments)).toBeNull()
    expect(regionOf(layer(cajamarca), null)).toBeNull()
  })

  it('ends at its box', () => {
    expect(isOutside(layer(cajamarca), [-73, -14, -71, -12])).toBe(true)
    expect(isOutside(layer(cajamarca), [-78, -7, -71, -5])).toBe(false)
    expect(isOutside(layer([-80.3, -17.2, -69.2, -2.8]), [-90, -10, -85, -5])).toBe(false)
    expect(covers(layer(cajamarca), [-78.5, -7.1])).toBe(true)
    expect(covers(layer(cajamarca), [-72, -13])).toBe(false)
  })
})

it('boxes are alike by what they share of all they cover', () => {
  expect(likeness([0, 0, 2, 1], [0, 0, 2, 1])).toBe(1)
  // They share 1 of 3.
  expect(likeness([0, 0, 2, 1], [1, 0, 3, 1])).toBeCloseTo(1 / 3)
  expect(likeness([0, 0, 1, 1], [5, 5, 6, 6])).toBe(0)
})
