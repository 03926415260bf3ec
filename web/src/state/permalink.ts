import type { Lang } from '../api/types'
import type { Order, Period } from './filters'
import type { View } from './mercator'
import type { Grouping } from './panorama'
import { SEVERITIES, type Severity } from './severity'

/** Everything a link says about the view. */
export interface LinkState {
  lang: Lang
  states: string[]
  /** The only department whose cases are shown. */
  department: string | null
  severities: Severity[]
  type: string | null
  institution: string | null
  /** The scheme whose cases are shown. */
  scheme: string | null
  /** How the whole country is drawn; null leaves it to how many cases there are. */
  grouping: Grouping | null
  /** Only cases in which something happened then. */
  period: Period | null
  /** Since when changes are shown. */
  since: string | null
  order: Order
  /** Null when the layers are those the catalogue shows by itself. */
  layers: string[] | null
  opacities: Record<string, number>
  list: string
  selection: { layer: string; id: number } | null
  search: string
  view: View | null
}

/** What a link may name: words outside these lists are dropped. */
export interface Known {
  layers: string[]
  states: string[]
  /** Types of conflicts. */
  types: string[]
  defaultList: string
  /** What a link that names no language is shown in. */
  usualLanguage: Lang
  /** What it would be shown in to a reader who has not chosen. */
  browserLanguage: Lang
}

export interface ParsedLink {
  state: LinkState
  /** Parts of the link that made no sense, as written. */
  dropped: string[]
}

const KEYS = [
  'capas',
  'dep',
  'desde',
  'esquema',
  'estado',
  'gravedad',
  'idioma',
  'institucion',
  'lista',
  'opacidad',
  'orden',
  'periodo',
  'q',
  'sel',
  'tipo',
  'vista',
]
/** Keys that belong to the page but not to the view: they are neither kept nor reported. */
const SILENT = ['prueba', 'papel', 'hoja', 'titulo', 'abrir']
const MAX_TEXT = 100
const DEPARTMENT = /^[\p{L} .'-]{2,40}$/u
/** Orders of the case list in the link; urgency goes without saying. */
const ORDER_WORDS: Record<string, Order> = { nombre: 'name', recientes: 'recent' }
const GROUPING_WORDS: Record<string, Grouping> = { casos: 'cases', departamentos: 'departments' }
const VIEW = /^#m=(\d{1,2}(?:\.\d+)?)\/(-?\d{1,2}(?:\.\d+)?)\/(-?\d{1,3}(?:\.\d+)?)$/

const short = (value: number, digits: number) => String(Number(value.toFixed(digits)))

export function formatHash(view: View | null): string {
  if (!view) return ''
  return `#m=${short(view.zoom, 2)}/${short(view.lat, 4)}/${short(view.lon, 4)}`
}

export function parseHash(hash: string): View | null {
  const match = VIEW.exec(hash)
  if (!match) return null
  const [zoom, lat, lon] = match.slice(1).map(Number) as [number, number, number]
  return zoom <= 22 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : null
}

/** The query of a link: Spanish keys, sorted, without what is already the default. */
export function formatQuery(state: LinkState, known: Known): string {
  const parts: Record<string, string> = {
    capas: state.layers ? state.layers.join(',') || 'ninguna' : '',
    dep: state.department ?? '',
    desde: state.since ?? '',
    esquema: state.scheme ?? '',
    estado: state.states.join(','),
    gravedad: state.severities.join(','),
    idioma: state.lang === 'es' && known.browserLanguage === 'es' ? '' : state.lang,
    institucion: state.institution ?? '',
    lista: state.list === known.defaultList ? '' : state.list,
    opacidad: Object.entries(state.opacities)
      .map(([id, opacity]) => `${id}:${Math.round(opacity * 100)}`)
      .sort()
      .join(','),
    orden: Object.keys(ORDER_WORDS).find((word) => ORDER_WORDS[word] === state.order) ?? '',
    periodo: state.period ? `${state.period.from}..${state.period.to}` : '',
    q: state.search.trim(),
    sel: state.selection ? `${state.selection.layer}.${state.selection.id}` : '',
    tipo: state.type ?? '',
    vista: Object.keys(GROUPING_WORDS).find((word) => GROUPING_WORDS[word] === state.grouping) ?? '',
  }
  const query = KEYS.filter((key) => parts[key]).map((key) => `${key}=${encodePart(parts[key] ?? '')}`)
  return query.length > 0 ? `?${query.join('&')}` : ''
}

/** Choices that Back undoes; words being typed, a slider and the language are none. */
const CHOICES = [
  'capas',
  'dep',
  'desde',
  'esquema',
  'estado',
  'gravedad',
  'institucion',
  'lista',
  'orden',
  'periodo',
  'sel',
  'tipo',
  'vista',
]

/** The part of a query that a step of the history consists of. */
export function choicesIn(query: string): string {
  const parts = new URLSearchParams(query)
  return CHOICES.map((key) => `${key}=${parts.get(key) ?? ''}`).join('&')
}

const encodePart = (text: string) =>
  encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%20', '+')

const items = (text: string | null) => (text ? text.split(',').filter(Boolean) : [])

class Reader {
  readonly dropped: string[] = []

  /** Keeps the values that are known and reports the others under their key. */
  keep(key: string, values: string[], known: string[]): string[] {
    for (const value of values) if (!known.includes(value)) this.drop(key, value)
    return known.filter((value) => values.includes(value))
  }

  drop(key: string, value: string): void {
    this.dropped.push(`${key}=${value.slice(0, 40)}`)
  }
}

function readSelection(text: string | null, known: Known, reader: Reader): LinkState['selection'] {
  if (!text) return null
  const [, layer, id] = /^(\w+)\.(\d{1,12})$/.exec(text) ?? []
  if (layer && id && known.layers.includes(layer)) return { layer, id: Number(id) }
  reader.drop('sel', text)
  return null
}

function readOpacities(text: string | null, known: Known, reader: Reader): Record<string, number> {
  const opacities: Record<string, number> = {}
  for (const item of items(text)) {
    const [id = '', percent = ''] = item.split(':')
    const value = Number(percent)
    if (known.layers.includes(id) && /^\d{1,3}$/.test(percent) && value <= 100) opacities[id] = value / 100
    else reader.drop('opacidad', item)
  }
  return opacities
}

function readDepartment(text: string | null, reader: Reader): string | null {
  if (!text) return null
  if (DEPARTMENT.test(text)) return text
  reader.drop('dep', text)
  return null
}

const isDay = (text: string) => {
  const day = new Date(`${text}T00:00:00Z`)
  const isTime = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime())
  return isTime && day.toISOString().startsWith(text)
}

/** A day that there was. */
function readDay(text: string | null, reader: Reader): string | null {
  if (!text) return null
  if (isDay(text) && Date.parse(text) <= Date.now()) return text
  reader.drop('desde', text)
  return null
}

function readPeriod(text: string | null, reader: Reader): Period | null {
  if (!text) return null
  const [from = '', to = '', ...others] = text.split('..')
  if (others.length === 0 && isDay(from) && isDay(to) && from <= to) return { from, to }
  reader.drop('periodo', text)
  return null
}

/** A word whose list only the server has. */
function readWord(key: string, text: string | null, reader: Reader): string | null {
  if (!text) return null
  if (/^[a-z][a-z0-9_]{1,39}$/.test(text)) return text
  reader.drop(key, text)
  return null
}

function readGrouping(text: string | null, reader: Reader): Grouping | null {
  const grouping = GROUPING_WORDS[text ?? ''] ?? null
  if (text && !grouping) reader.drop('vista', text)
  return grouping
}

function readOrder(text: string | null, reader: Reader): Order {
  const order = ORDER_WORDS[text ?? '']
  if (text && !order) reader.drop('orden', text)
  return order ?? 'urgency'
}

function readLayers(text: string | null, known: Known, reader: Reader): string[] | null {
  if (text === null) return null
  if (text === 'ninguna') return []
  const layers = reader.keep('capas', items(text), known.layers)
  return layers.length > 0 ? layers : null
}

export function parseLink(search: string, hash: string, known: Known): ParsedLink {
  const query = new URLSearchParams(search)
  const reader = new Reader()
  for (const [key, value] of query) {
    if (!KEYS.includes(key) && !SILENT.includes(key)) reader.drop(key, value)
  }
  const lang = query.get('idioma')
  if (lang && lang !== 'es' && lang !== 'en') reader.drop('idioma', lang)
  const list = query.get('lista')
  const knownList = list && known.layers.includes(list)
  if (list && !knownList) reader.drop('lista', list)
  const view = parseHash(hash)
  if (hash.length > 1 && !view) reader.dropped.push(hash.slice(0, 40))
  const states = reader.keep('estado', items(query.get('estado')), known.states)
  return {
    state: {
      lang: lang === 'en' || lang === 'es' ? lang : known.usualLanguage,
      states: states.length === known.states.length ? [] : states,
      department: readDepartment(query.get('dep'), reader),
      severities: reader.keep('gravedad', items(query.get('gravedad')), [...SEVERITIES]) as Severity[],
      type: reader.keep('tipo', query.get('tipo') ? [query.get('tipo') ?? ''] : [], known.types)[0] ?? null,
      institution: readWord('institucion', query.get('institucion'), reader),
      scheme: readWord('esquema', query.get('esquema'), reader),
      period: readPeriod(query.get('periodo'), reader),
      grouping: readGrouping(query.get('vista'), reader),
      since: readDay(query.get('desde'), reader),
      order: readOrder(query.get('orden'), reader),
      layers: readLayers(query.get('capas'), known, reader),
      opacities: readOpacities(query.get('opacidad'), known, reader),
      list: knownList ? list : known.defaultList,
      selection: readSelection(query.get('sel'), known, reader),
      search: (query.get('q') ?? '').slice(0, MAX_TEXT),
      view,
    },
    dropped: reader.dropped,
  }
}
