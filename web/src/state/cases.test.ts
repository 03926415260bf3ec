import { afterEach, describe, expect, it } from 'vitest'
import type { ItemCollection } from '../api/types'
import { cases, casesByDepartment, casesByState, filteredCases } from './cases'
import { chosenDepartment, clearFilters, toggleState } from './filters'

const collection = (...list: [string, string | null][]): ItemCollection => ({
  type: 'FeatureCollection',
  features: list.map(([state, department]) => ({
    type: 'Feature',
    geometry: null,
    properties: { state, department },
  })),
})

afterEach(() => {
  cases.value = null
  clearFilters()
})

describe('cases', () => {
  it('have no counts while they are not known', () => {
    expect(casesByState.value).toBeNull()
    expect(casesByDepartment.value).toBeNull()
  })

  it('that lie in several departments belong to each', () => {
    cases.value = collection(['activo', 'Cusco, Puno'], ['latente', 'Puno'], ['activo', null])
    expect(casesByDepartment.value).toEqual({ cusco: 1, puno: 2 })
    chosenDepartment.value = 'Cusco'
    expect(filteredCases.value?.features).toHaveLength(1)
    expect(casesByState.value).toEqual({ activo: 1 })
  })

  it('are counted in each filter under the other one only', () => {
    cases.value = collection(['activo', 'Puno'], ['latente', 'Puno'], ['latente', 'Ica'])
    toggleState('latente')
    expect(casesByState.value).toEqual({ activo: 1, latente: 2 })
    expect(casesByDepartment.value).toEqual({ puno: 1, ica: 1 })
  })
})
