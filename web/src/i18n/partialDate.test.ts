import { expect, it } from 'vitest'
import { formatPartialDate, formatPeriod } from './partialDate'

it.each([
  ['anio', '2009'],
  ['mes', 'ene. 2009'],
  ['dia', '01-ene-2009'],
  [undefined, '01-ene-2009'],
])('a date known to the %s is %s', (precision, written) => {
  expect(formatPartialDate('2009-01-01', precision, 'es')).toBe(written)
})

it('a period goes from year to year, and is one year when it ends in the year it began', () => {
  expect(formatPeriod('2012-05-01', '2017-01-01')).toBe('2012–2017')
  expect(formatPeriod('2012-05-01', '2012-09-30')).toBe('2012')
})
