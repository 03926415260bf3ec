import { describe, expect, it } from 'vitest'
import { readableName, readablePlace } from './names'

describe('a name in capitals', () => {
  it.each([
    ['LOS BAÑOS DEL INCA', 'Los Baños del Inca'],
    ['COMPAÑIA MINERA ARES S.A.C.', 'Compañia Minera Ares S.A.C.'],
    ['S.M.R.L. CHAUPILOMA DOS DE CAJAMARCA', 'S.M.R.L. Chaupiloma Dos de Cajamarca'],
    ['TANTA HUATAY Nº 2', 'Tanta Huatay Nº 2'],
    ['MARIA PORFIRIA I', 'Maria Porfiria I'],
    ['LA MILAGROSA XXI', 'La Milagrosa XXI'],
    ['GMX MINERAALS SOCIEDAD ANONIMA', 'GMX Mineraals Sociedad Anonima'],
    ['MINERA PANORO (PERU) S.A.C.', 'Minera Panoro (Peru) S.A.C.'],
    ['MINERA COLQUIRRUMI SAC', 'Minera Colquirrumi SAC'],
    ['ALFA-F', 'Alfa-F'],
    ['P.LIXIV.CERRO YANACOCHA', 'P.Lixiv.Cerro Yanacocha'],
    ['PEÑA Y LILLO', 'Peña y Lillo'],
    ['BLOQUE E', 'Bloque E'],
    ['LA LIBERTAD', 'La Libertad'],
    ['ARVAA100 NORTE', 'ARVAA100 Norte'],
  ])('%s reads %s', (written, read) => {
    expect(readableName(written)).toBe(read)
  })

  it.each([
    ['ICA', 'Ica'],
    ['ILO', 'Ilo'],
    ['SAN JOSÉ DE LAS LOMAS', 'San José de las Lomas'],
    ['VMT', 'VMT'],
  ])('of a place, %s, reads %s', (written, read) => {
    expect(readablePlace(written)).toBe(read)
  })

  it.each([
    'Río Blanco (ex Majaz)',
    'FREDASUR - Catalina Huanca',
    '010531708',
    'R.S. S/N',
    'RIM-001',
    'II',
    '',
  ])('is not made of %s', (name) => {
    expect(readableName(name)).toBe(name)
  })
})
