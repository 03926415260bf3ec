import { describe, expect, it } from 'vitest'
import type { Field } from '../api/types'
import { en } from './en'
import { es } from './es'
import { formatDate, formatTime, formatValue } from './format'

const field = (type: Field['type'], more: Partial<Field> = {}): Field => ({
  name: 'x',
  title: { es: 'x', en: 'x' },
  type,
  unit: null,
  codes: [],
  ...more,
})

describe('values', () => {
  it('are written as in Peru', () => {
    expect(formatValue(field('real', { unit: 'ha' }), 12345.678, 'es', es)).toBe('12,345.68\u00a0ha')
    expect(formatValue(field('boolean'), false, 'es', es)).toBe('No')
    expect(formatValue(field('boolean'), true, 'es', es)).toBe('Sí')
    expect(formatValue(field('boolean'), true, 'en', en)).toBe('Yes')
    expect(formatValue(field('date'), '2014-07-01', 'es', es)).toBe('01-jul-2014')
  })

  it('translate codes and keep an unknown one as it is', () => {
    const codes = [{ code: 'a', es: 'Activo', en: 'Active' }]
    expect(formatValue(field('code', { codes }), 'a', 'en', en)).toBe('Active')
    expect(formatValue(field('code', { codes }), 'z', 'en', en)).toBe('z')
  })

  it('that are missing are left out, but zero is a value', () => {
    expect(formatValue(field('text'), null, 'es', es)).toBeNull()
    expect(formatValue(field('text'), '', 'es', es)).toBeNull()
    expect(formatValue(field('integer'), 0, 'es', es)).toBe('0')
    expect(formatValue(field('real', { unit: 'ha' }), 0, 'es', es)).toBeNull()
  })

  it('take times in the hour of Lima and days as they are', () => {
    expect(formatDate('2026-11-01T03:00:00Z', 'es')).toBe('31-oct-2026')
    expect(formatDate('2026-11-01', 'es')).toBe('01-nov-2026')
    expect(formatTime(new Date('2026-11-01T03:05:00Z'), 'es')).toBe('22:05')
  })
})

describe('sentences', () => {
  it('agree in number', () => {
    expect(es.casesInView(29, 12)).toBe('29 casos en la vista; 12 activos')
    expect(es.casesInView(1, 1)).toBe('1 caso en la vista; 1 activo')
    expect(en.casesInView(1, 0)).toBe('1 case in view; 0 active')
    expect(es.casesInView(4, null)).toBe('4 casos en la vista')
    expect(es.placeless(3)).toBe('3 sin ubicación')
  })
})
