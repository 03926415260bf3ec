import { expect, it } from 'vitest'
import { preferredLanguage } from './language'

it('English is for browsers that ask for it first, Spanish for all others', () => {
  expect(preferredLanguage(['en-US', 'es'])).toBe('en')
  expect(preferredLanguage(['en'])).toBe('en')
  expect(preferredLanguage(['es-PE', 'en'])).toBe('es')
  expect(preferredLanguage(['qu', 'en'])).toBe('es')
  expect(preferredLanguage([])).toBe('es')
})
