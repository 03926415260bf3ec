import { signal } from '@preact/signals'

export const PAPERS = ['a4', 'a3'] as const
export type Paper = (typeof PAPERS)[number]
export const ORIENTATIONS = ['landscape', 'portrait'] as const
export type Orientation = (typeof ORIENTATIONS)[number]

/** Words of the address, which are Spanish. */
const ORIENTATION_WORDS: Record<Orientation, string> = { landscape: 'horizontal', portrait: 'vertical' }

export const paper = signal<Paper>('a4')
export const orientation = signal<Orientation>('landscape')
/** What the reader calls it; empty for the usual title. */
export const heading = signal('')

/** The map as it will be printed; null while it is being drawn. */
export const picture = signal<string | null>(null)

const MAX_HEADING = 120

/** What the address says of the sheet. The rest of it says what the map shows. */
export function readSheet(): void {
  const query = new URLSearchParams(location.search)
  paper.value = PAPERS.find((one) => one === query.get('papel')) ?? 'a4'
  orientation.value = ORIENTATIONS.find((one) => ORIENTATION_WORDS[one] === query.get('hoja')) ?? 'landscape'
  heading.value = (query.get('titulo') ?? '').slice(0, MAX_HEADING)
}

/** Words of the sheet in the address; usual ones are empty. */
export const sheetParts = () => ({
  papel: paper.value === 'a4' ? '' : paper.value,
  hoja: orientation.value === 'landscape' ? '' : ORIENTATION_WORDS[orientation.value],
  titulo: heading.value.trim(),
})
