import { beforeEach, expect, it } from 'vitest'
import type { ItemCollection } from '../api/types'
import { cases } from './cases'
import { departments } from './departments'
import { departmentCases, elsewhere, usualGrouping } from './panorama'

const of = (id: number, department: string | null, state: string, place: [number, number] | null) => ({
  type: 'Feature' as const,
  id,
  geometry: place && { type: 'Point' as const, coordinates: place },
  properties: { department, state, phase: state === 'activo' ? 'crisis' : null },
})

beforeEach(() => {
  const features = [
    of(1, 'CUSCO', 'activo', [-72, -13]),
    of(2, 'Cusco, Puno', 'latente', [-71, -14]),
    of(3, 'Puno', 'resuelto', [-70, -15]),
    of(4, null, 'activo', [-75, -10]),
    of(5, 'Ica', 'activo', null),
  ]
  cases.value = { type: 'FeatureCollection', features } as ItemCollection
  departments.value = []
})

it('departments are counted however they are written, and stand amid their cases', () => {
  const told = departmentCases.value.map(({ name, count, crises, point }) => [name, count, crises, point])
  expect(told).toEqual([
    ['CUSCO', 2, 1, [-71.5, -13.5]],
    ['Puno', 2, 0, [-70.5, -14.5]],
  ])
  expect(elsewhere.value).toBe(2)
})

it('a department whose shape is known stands in it, and is called as it is there', () => {
  departments.value = [
    { id: 1, name: 'Cusco', point: [-72.2, -13.1], bbox: null } as never,
    { id: 2, name: 'Ica', point: [-75.5, -14.2], bbox: null } as never,
  ]
  const cusco = departmentCases.value.find(({ name }) => name === 'Cusco')
  expect(cusco?.point).toEqual([-72.2, -13.1])
  expect(departmentCases.value.map(({ name }) => name)).toContain('Ica')
  expect(elsewhere.value).toBe(1)
})

it('few cases are drawn one by one', () => expect(usualGrouping.value).toBe('cases'))
