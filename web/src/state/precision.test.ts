import { expect, it } from 'vitest'
import { isApproximate } from './precision'

it('only a site and a populated place are where they are drawn', () => {
  expect(['sitio', 'centro_poblado'].some(isApproximate)).toBe(false)
  expect(['distrito', 'provincia', 'departamento', 'no_indicada', null, undefined].every(isApproximate)).toBe(
    true,
  )
})
