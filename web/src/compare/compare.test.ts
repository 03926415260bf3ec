import { expect, it } from 'vitest'
import type { ItemCollection } from '../api/types'
import { casesThen } from './compare'

const of = (id: number, department: string) => ({
  type: 'Feature' as const,
  id,
  geometry: null,
  properties: { department, state: 'resuelto', phase: null },
})

it('cases are as they stood then, those of one department, and not those that were not there', () => {
  const all: ItemCollection = {
    type: 'FeatureCollection',
    features: [of(1, 'Cusco, Puno'), of(2, 'CUSCO'), of(3, 'Lima')],
  }
  const then = {
    on: '2025-01-01',
    counts: {},
    standings: [
      { feature: 1, state: 'activo', phase: 'crisis' },
      { feature: 3, state: 'latente', phase: null },
    ],
  }
  const states = (where: string | null) =>
    casesThen(all, then, where).features.map(({ id, properties }) => [id, properties.state, properties.phase])
  expect(states(null)).toEqual([
    [1, 'activo', 'crisis'],
    [3, 'latente', null],
  ])
  expect(states('Cusco')).toEqual([[1, 'activo', 'crisis']])
})
