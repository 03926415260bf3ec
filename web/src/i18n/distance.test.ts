import { expect, it } from 'vitest'
import { formatDistance } from './distance'

it.each([
  [3, '10\u00a0m'],
  [338, '340\u00a0m'],
  [997, '1\u00a0km'],
  [1249, '1.2\u00a0km'],
])('%d metres read %s', (metres, read) => {
  expect(formatDistance(metres, 'es')).toBe(read)
})
