import { describe, expect, it } from 'vitest'
import { contrast } from '../state/palette'
import { tonesOf } from './tones'

describe.each([false, true])('labels of the map, dark %s', (dark) => {
  const tones = tonesOf(dark)
  it.each(['label', 'labelSoft', 'labelCase'] as const)('can be read on land: %s', (tone) => {
    for (const ground of [tones.halo, tones.peru, tones.land]) {
      expect(contrast(tones[tone], ground)).toBeGreaterThanOrEqual(4.5)
    }
  })
  it('can be read on water', () => {
    expect(contrast(tones.labelSea, tones.sea)).toBeGreaterThanOrEqual(4.5)
  })
})
