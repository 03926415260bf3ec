import { describe, expect, it } from 'vitest'
import { contrast, forTheme, readable } from './palette'

describe('colours', () => {
  it('measures contrast as WCAG defines it', () => {
    expect(contrast('#ffffff', '#000000')).toBeCloseTo(21)
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
  })

  it('makes any hue readable on either ground, and leaves a readable one alone', () => {
    for (const ground of ['#fbfaf6', '#141c21']) {
      for (const hue of ['#8A5A2B', '#2A7F8E', '#B59CCB', '#333333']) {
        expect(contrast(readable(hue, ground), ground)).toBeGreaterThanOrEqual(4.5)
      }
    }
    expect(readable('#333333', '#fbfaf6')).toBe('#333333')
  })

  it('leaves colours alone on the light map and lifts dark ones on the dark map', () => {
    expect(forTheme('#333333', false)).toBe('#333333')
    expect(contrast(forTheme('#333333', true), '#1b252c')).toBeGreaterThanOrEqual(3)
    expect(forTheme('#ffffff', true)).toBe('#ffffff')
  })
})
