import { expect, test } from 'vitest'
import { endOfLastMonth } from './changes'

test('the last report goes up to the end of the month before, in Lima', () => {
  expect(endOfLastMonth(new Date('2026-11-30T12:00:00Z'))).toBe('2026-10-31')
  // In Lima it is still the last of December.
  expect(endOfLastMonth(new Date('2027-01-01T03:00:00Z'))).toBe('2026-11-30')
  expect(endOfLastMonth(new Date('2024-03-05T12:00:00Z'))).toBe('2024-02-29')
})
