import type { Lang } from '../api/types'
import type { HelpTexts } from './help/es'

/** Long texts of the help, the tour and the page about it, fetched when somebody reads them. */
export const helpTextsIn = (lang: Lang): Promise<HelpTexts> =>
  lang === 'en' ? import('./help/en').then(({ en }) => en) : import('./help/es').then(({ es }) => es)
