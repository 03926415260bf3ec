import { expect, test } from 'vitest'
import { countOf } from './cases'

test('a count is read as people write it', () => {
  expect(['1200', '1,200', '1.200', '12 000', '1,200,000'].map(countOf)).toEqual([
    1200, 1200, 1200, 12000, 1200000,
  ])
  expect(['12,5', 'muchos'].map(countOf)).toEqual([12.5, 'muchos'])
})
