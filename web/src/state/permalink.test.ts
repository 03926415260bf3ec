import { describe, expect, it } from 'vitest'
import {
  choicesIn,
  formatHash,
  formatQuery,
  type Known,
  type LinkState,
  parseHash,
  parseLink,
} from './permalink'

const known: Known = {
  layers: ['conflicts', 'watersheds', 'districts'],
  states: ['activo', 'latente', 'resuelto', 'retirado'],
  types: ['socioambiental', 'laboral'],
  defaultList: 'conflicts',
  usualLanguage: 'es',
  browserLanguage: 'es',
}

const plain: LinkState = {
  lang: 'es',
  states: [],
  department: null,
  severities: [],
  type: null,
  institution: null,
  scheme: null,
  period: null,
  grouping: null,
  since: null,
  order: 'urgency',
  layers: null,
  opacities: {},
  list: 'conflicts',
  selection: null,
  search: '',
  view: null,
}

const full: LinkState = {
  lang: 'en',
  states: ['activo', 'latente'],
  department: 'Áncash',
  severities: ['5', '4'],
  type: 'laboral',
  institution: 'onds',
  scheme: 'defensoria',
  period: { from: '2026-01-01', to: '2026-03-31' },
  grouping: 'cases',
  since: '2026-10-31',
  order: 'recent',
  layers: ['conflicts', 'districts'],
  opacities: { watersheds: 0.4 },
  list: 'watersheds',
  selection: { layer: 'conflicts', id: 12 },
  search: 'río & más',
  view: { zoom: 7.25, lat: -12.1234, lon: -75.5 },
}

describe('the link', () => {
  it('leaves defaults out', () => {
    expect(formatQuery(plain, known)).toBe('')
    expect(formatHash(null)).toBe('')
  })

  it('sorts its keys and keeps lists readable', () => {
    expect(formatQuery(full, known)).toBe(
      '?capas=conflicts,districts&dep=%C3%81ncash&desde=2026-10-31&esquema=defensoria&estado=activo,latente&gravedad=5,4&idioma=en&institucion=onds&lista=watersheds' +
        '&opacidad=watersheds:40&orden=recientes&periodo=2026-01-01..2026-03-31&q=r%C3%ADo+%26+m%C3%A1s&sel=conflicts.12&tipo=laboral&vista=casos',
    )
    expect(formatHash(full.view)).toBe('#m=7.25/-12.1234/-75.5')
  })

  it('comes back as it was written', () => {
    const parsed = parseLink(formatQuery(full, known), formatHash(full.view), known)
    expect(parsed).toEqual({ state: full, dropped: [] })
    expect(parseLink('', '', known)).toEqual({ state: plain, dropped: [] })
  })

  it('can say that no layer is shown', () => {
    const query = formatQuery({ ...plain, layers: [] }, known)
    expect(query).toBe('?capas=ninguna')
    expect(parseLink(query, '', known).state.layers).toEqual([])
  })

  it('drops what it does not understand, and says what', () => {
    const { state, dropped } = parseLink(
      '?estado=activo,furioso&capas=dragones&idioma=qu&lista=x&opacidad=watersheds:900&sel=conflicts.x&hola=1&dep=%3Cb%3E&desde=2026-02-30&orden=azar&gravedad=9&tipo=pelea&institucion=La+Casa&esquema=1&periodo=2026-02-01..2026-01-01&vista=pajaro',
      '#m=99/0/0',
      known,
    )
    expect(state).toEqual({ ...plain, states: ['activo'] })
    expect(dropped).toEqual([
      'hola=1',
      'idioma=qu',
      'lista=x',
      '#m=99/0/0',
      'estado=furioso',
      'dep=<b>',
      'gravedad=9',
      'tipo=pelea',
      'institucion=La Casa',
      'esquema=1',
      'periodo=2026-02-01..2026-01-01',
      'vista=pajaro',
      'desde=2026-02-30',
      'orden=azar',
      'capas=dragones',
      'opacidad=watersheds:900',
      'sel=conflicts.x',
    ])
  })

  it('goes by the reader where it names no language, and names Spanish where the browser is English', () => {
    const english: Known = { ...known, usualLanguage: 'en', browserLanguage: 'en' }
    expect(parseLink('', '', english).state.lang).toBe('en')
    expect(parseLink('?idioma=es', '', english).state.lang).toBe('es')
    expect(formatQuery(plain, english)).toBe('?idioma=es')
    expect(formatQuery({ ...plain, lang: 'en' }, english)).toBe('?idioma=en')
  })

  it('takes every state together for no filter', () => {
    expect(parseLink('?estado=activo,latente,resuelto,retirado', '', known).state.states).toEqual([])
  })

  it.each(['#m=7/-12', '#m=7/-95/0', '#m=7/0/181', '#m=a/b/c', '#otro'])('refuses the place %s', (hash) => {
    expect(parseHash(hash)).toBeNull()
  })
})

describe('a step of the history', () => {
  it('is a choice of filters, layers, list, order or card', () => {
    expect(choicesIn('?estado=activo')).not.toBe(choicesIn(''))
    expect(choicesIn('?sel=conflicts.1&dep=Cusco')).not.toBe(choicesIn('?sel=conflicts.1'))
  })

  it('is neither what is being typed, nor an opacity, nor the language', () => {
    expect(choicesIn('?idioma=en&opacidad=watersheds:40&q=cus')).toBe(choicesIn(''))
  })
})
