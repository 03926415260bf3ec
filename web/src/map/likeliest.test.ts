import { expect, it } from 'vitest'
import { likeliest } from './likeliest'

const hits = (...names: string[]) => names.map((layer) => ({ layer }))

it('a click means a case, then a thing, and a boundary only where nothing else is', () => {
  expect(likeliest(hits('conflicts', 'mining_concessions', 'departments'))).toEqual(hits('conflicts'))
  expect(likeliest(hits('mining_concessions', 'watersheds', 'departments'))).toEqual(
    hits('mining_concessions'),
  )
  expect(likeliest(hits('watersheds', 'departments'))).toEqual(hits('watersheds', 'departments'))
  expect(likeliest([])).toEqual([])
})
