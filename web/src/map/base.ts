import type { Lang } from '../api/types'
import { catalogue } from '../state/catalogue'
import { type Base, ownBase } from './basemap'
import { chosenStyle, loadChosenStyle } from './chosenStyle'
import { tilesBase } from './chosenTiles'
import { tonesOf } from './tones'

/** What lies under the data: what whoever runs the server chose, or our own. */
export function baseOf(isDark: boolean, lang: Lang): Base {
  const chosen = catalogue.value?.basemap
  const tones = tonesOf(isDark)
  if (chosen?.kind === 'tiles') return tilesBase(chosen, tones, isDark, lang)
  if (chosen?.kind === 'style') {
    void loadChosenStyle(chosen.url)
    return chosenStyle.value ?? ownBase(tones, lang)
  }
  return ownBase(tones, lang)
}
