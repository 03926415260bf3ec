import { expect, it } from 'vitest'
import type { SearchResult } from '../api/types'
import { byLikelihood } from './searchOrder'

const result = (layer: string, name: string) => ({ layer, name }) as SearchResult

it('the unit of that name comes first, then what else bears it, then cases', () => {
  const found = [
    result('mining_concessions', 'Nueva Áncash'),
    result('conflicts', 'Quillo'),
    result('populated_places', 'ANCASH'),
    result('districts', 'Ancashpampa'),
    result('mining_concessions', 'ANCASH'),
    result('conflicts', 'Atupa'),
    result('departments', 'Áncash'),
  ]
  expect(byLikelihood(found, ' ancash').map(({ layer, name }) => `${layer} ${name}`)).toEqual([
    'departments Áncash',
    'mining_concessions ANCASH',
    'conflicts Quillo',
    'conflicts Atupa',
    'districts Ancashpampa',
    'mining_concessions Nueva Áncash',
    'populated_places ANCASH',
  ])
})
