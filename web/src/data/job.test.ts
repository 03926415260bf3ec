import { expect, it } from 'vitest'
import { problemsCsv, type Report } from './job'

const none = { total: 0, first: [] }
const report: Report = {
  source: '',
  valid_on: null,
  without_geometry: 0,
  known_elsewhere: {},
  crs_found: '',
  datum_operation: '',
  used_columns: [],
  read: 3,
  accepted: 2,
  repaired: [],
  rejected: [{ row: 3, feature: '=SUM(A1)', note: 'same key as row 1 ("1")', place: [-75, -10] }],
  notes: [],
  same_geometry: [],
  area_differs: [
    ['legal_area_ha', { total: 1, first: [{ row: 2, feature: 'B', note: 'says 5 ha', place: null }] }],
  ],
  elsewhere: none,
  slivers: none,
  grid: [],
  shift: null,
  merge: { added: 2, changed: 0, unchanged: 0, removed: 0, demonstration_removed: 0 },
  by_department: {},
  same_as: null,
}

it('rows with problems come as a table without formulas', () => {
  expect(problemsCsv(report, 'en').split('\r\n')).toEqual([
    'kind,row,feature,note,longitude,latitude',
    `"rejected","3","'=SUM(A1)","same key as row 1 (""1"")",-75,-10`,
    '"legal_area_ha","2","B","says 5 ha",,',
  ])
})
