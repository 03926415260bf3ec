import { expect, it } from 'vitest'
import { areaIn, cornersOf } from './area'

const ring = [
  [-76, -10],
  [-75, -10],
  [-75, -9],
  [-76, -10],
]
const polygon = { type: 'Polygon', coordinates: [ring] }
const feature = { type: 'Feature', properties: {}, geometry: polygon }

it('finds the areas of any GeoJSON', () => {
  expect(areaIn(JSON.stringify(polygon))).toEqual(polygon)
  expect(areaIn(JSON.stringify(feature))).toEqual(polygon)
  const both = areaIn(JSON.stringify({ type: 'FeatureCollection', features: [feature, feature] }))
  expect(both).toEqual({ type: 'MultiPolygon', coordinates: [[ring], [ring]] })
  expect(both && cornersOf(both)).toBe(6)
  const placeless = { ...feature, geometry: null }
  expect(areaIn(JSON.stringify({ type: 'FeatureCollection', features: [placeless, feature] }))).toEqual(
    polygon,
  )
})

it('takes corners line by line, whichever coordinate comes first', () => {
  expect(areaIn('-10, -76\n-10, -75\n-9 -75')).toEqual(polygon)
  expect(areaIn('-76 -10\n-75 -10\n\n-75 -9\n-76 -10\n')).toEqual(polygon)
  expect(areaIn('-10, -76\n-10, -75')).toBeNull()
  expect(areaIn('-10, -76\n-10, 75\n-9, -75')).toBeNull()
})

it.each([
  '',
  'nada',
  '1',
  'null',
  '{}',
  '{"type":"Point","coordinates":[1,2]}',
  '{"type":"FeatureCollection"}',
])('finds none in %s', (text) => {
  expect(areaIn(text)).toBeNull()
})
