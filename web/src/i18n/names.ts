import type { Layer } from '../api/types'

/** Words that join others in a name: in Spanish, and the two that foreign companies bring along. */
const PARTICLES = new Set([
  'de',
  'del',
  'la',
  'las',
  'el',
  'los',
  'y',
  'e',
  'o',
  'u',
  'a',
  'al',
  'en',
  'con',
  'por',
  'and',
  'of',
])
/** Legal forms of companies written without dots; those without a vowel, such as SRL, are known by that. */
const INITIALISMS = new Set(['SAC', 'SA', 'SAA', 'EIRL'])
/** Up to 39: longer ones are rather words, such as MIL or CIVIL. */
const ROMAN = /^(?=.)X{0,3}(IX|IV|V?I{0,3})$/
const DOTTED = /^(\p{L}\.)+\p{L}?\.?[,;)]*$/u
const VOWEL = /[AEIOUÁÉÍÓÚÜY]/

const capitalised = (word: string) => word[0] + word.slice(1).toLowerCase()

const isShort = (word: string) => word.length <= 4 && !VOWEL.test(word)

function readableWord(word: string, at: number, last: number): string {
  if (/\d/.test(word) || DOTTED.test(word)) return word
  const small = word.toLowerCase()
  if (at > 0 && PARTICLES.has(small) && !(word.length === 1 && at === last)) return small
  return word.replace(/\p{L}+/gu, (part) =>
    INITIALISMS.has(part) || ROMAN.test(part) || isShort(part) ? part : capitalised(part),
  )
}

/**
 * A name written all in capitals, as the eye reads it best: `CERRO NEGRO II S.A.C.` becomes `Cerro Negro II S.A.C.`.
 * A name that has small letters already is someone's choice and stays.
 */
export function readableName(name: string): string {
  if (/\p{Ll}/u.test(name) || !/\p{L}{4}/u.test(name)) return name
  const words = name.split(' ')
  return words.map((word, at) => readableWord(word, at, words.length - 1)).join(' ')
}

/** The name of a place: one of two or three letters is a name too, such as `ICA`, and no initialism. */
export const readablePlace = (name: string) =>
  /^\p{Lu}{2,3}$/u.test(name) && VOWEL.test(name) ? capitalised(name) : readableName(name)

/** Layers whose features are places, and fields that name one. */
const PLACE_LAYERS = ['departments', 'provinces', 'districts', 'populated_places']
const PLACE_FIELDS = ['department', 'province', 'district', 'capital']

/** What a feature of that layer is called, as the eye reads it best. */
export const readableIn = (layer: string, name: string) =>
  PLACE_LAYERS.includes(layer) ? readablePlace(name) : readableName(name)

/** What a field that holds a name says, as the eye reads it best. */
export const readableField = (layer: Layer, field: string, text: string) =>
  PLACE_FIELDS.includes(field) ? readablePlace(text) : readableIn(layer.id, text)

/** Fields that hold names, where other texts hold codes and sentences. */
const NAMES = ['name', 'holder', 'company', 'people', ...PLACE_FIELDS]

export const holdsName = (layer: Layer, field: string) => field === layer.name_field || NAMES.includes(field)
