import { expect, it } from 'vitest'
import { compareCases } from './caseOrder'
import type { Order } from './filters'

const cases = [
  { name: 'Ánimas', state: 'latente', started_on: '2020-01-01' },
  { name: 'Bagua', state: 'activo', phase: 'dialogo', started_on: '2009-01-01' },
  { name: 'Conga', state: 'activo', phase: 'crisis' },
  { name: 'Dique', state: 'activo', phase: 'crisis', started_on: '2012-01-01' },
]

const inOrder = (order: Order) =>
  cases.toSorted((one, other) => compareCases(order, one, other)).map(({ name }) => name[0])

it('urgency is state, then phase, then the latest start, undated last', () => {
  expect(inOrder('urgency').join('')).toBe('DCBÁ')
})

it('the most recent are the last to start, undated last', () => {
  expect(inOrder('recent').join('')).toBe('ÁDBC')
})

it('names are in the order of the alphabet', () => {
  expect(inOrder('name').join('')).toBe('ÁBCD')
})
