import type { FontFacesSpecification } from 'maplibre-gl'

export const FONT = 'Atkinson'
export const FONT_BOLD = 'Atkinson Bold'

const LATIN = ['U+0-FF', 'U+2000-206F', 'U+20AC', 'U+2122', 'U+2212']
const LATIN_EXT = ['U+100-2BA', 'U+1E00-1E9F', 'U+1EF2-1EFF']

const files = (weight: number) => [
  { url: `${location.origin}/fonts/atkinson-next-latin-${weight}.woff2`, 'unicode-range': LATIN },
  { url: `${location.origin}/fonts/atkinson-next-latin-ext-${weight}.woff2`, 'unicode-range': LATIN_EXT },
]

const LONGEST = 36

/** The name of a feature, cut where it would cover its neighbours: its card has the whole. */
export const SHORT_NAME = [
  'let',
  'name',
  ['to-string', ['get', 'name']],
  [
    'case',
    ['>', ['length', ['var', 'name']], LONGEST],
    ['concat', ['slice', ['var', 'name'], 0, LONGEST - 1], '…'],
    ['var', 'name'],
  ],
]

/** The page's own font files draw the map's labels: there is no glyph server to depend on. */
export const fontFaces = (): FontFacesSpecification => ({ [FONT]: files(400), [FONT_BOLD]: files(600) })
