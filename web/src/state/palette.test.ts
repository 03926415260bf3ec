import { describe, expect, it } from 'vitest'
import { contrast, forTheme } from './palette'

describe('colours', () => {
  it('measures contrast as WCAG defines it', () => {
    expect(contrast('#ffffff', '#000000')).toBeCloseTo(21)
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
  })

  it('leaves colours alone on the light map and lifts dark ones on the dark map', () => {
    expect(forTheme('#333333', false)).toBe('#333333')
    expect(contrast(forTheme('#333333', true), '#1b252c')).toBeGreaterThanOrEqual(3)
    expect(forTheme('#ffffff', true)).toBe('#ffffff')
  })
})
