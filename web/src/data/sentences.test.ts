import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { SENTENCES, said } from './sentences'

function rust(folder: string): string {
  const entries = readdirSync(folder, { withFileTypes: true })
  const texts = entries.map((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return rust(path)
    return entry.name.endsWith('.rs') ? readFileSync(path, 'utf8') : ''
  })
  return texts.join('\n')
}

it('knows sentences that the server says', () => {
  const source = rust(join(__dirname, '../../../src')).replaceAll('\\"', '"')
  const unknown = SENTENCES.filter(([english]) => {
    const longest = english.split('{}').reduce((one, other) => (other.length > one.length ? other : one))
    return !source.includes(longest)
  })
  expect(unknown).toEqual([])
})

it('says in Spanish what fills the gaps too, and names the fields of the page', () => {
  expect(said('same geometry as row 26 (AGREGA)', 'es')).toEqual({
    text: 'misma geometría que la fila 26 (AGREGA)',
    lang: 'es',
  })
  expect(said('a.geojson does not hold GeoJSON: it begins with "<html>"', 'es').text).toBe(
    'a.geojson no contiene GeoJSON: empieza con "<html>"',
  )
  const crs =
    'x.csv states no reference system (tables cannot); say --source-crs with its EPSG code, such as 4326 (WGS 84 degrees), 32717 to 32719 (WGS 84 UTM) or 24877 to 24879 (PSAD56 UTM)'
  expect(said(crs, 'es').text).toContain('diga en «Sistema de referencia» su código EPSG')
  expect(said(crs, 'en').text).toContain('say “Reference system” with its EPSG code')
  for (const [english, spanish] of [
    [
      'started_on: "31/02/2025" is not a date (accepted: 2024-03-31); left empty',
      'started_on: «31/02/2025» no es una fecha (se acepta: 2024-03-31); quedó vacío',
    ],
    [
      'phase: "temprana" goes only with state activo, not with none; left empty',
      'phase: «temprana» solo va con el estado activo, no con none; quedó vacío',
    ],
    [
      'a.csv does not hold CSV: line 4 opens a quotation mark that is never closed',
      'a.csv no contiene CSV: la línea 4 abre unas comillas que nunca se cierran',
    ],
    [
      'it was changed since you read it; it is now version 9',
      'cambió desde que lo leyó; va en la versión 9: vuelva a abrir la página',
    ],
  ] as const)
    expect(said(english, 'es').text).toBe(spanish)
  const latin =
    'a.csv line 2 is not UTF-8 ("ca�a"); say --encoding ISO-8859-1 (Latin-1, usual in older Peruvian files) or the encoding it was written in'
  expect(said(latin, 'es').text).toMatch(/^la línea 2 de a.csv no está en UTF-8/)
  expect(said('something new', 'es')).toEqual({ text: 'something new', lang: 'en' })
})
