import { effect } from '@preact/signals'
import { readableIn, words } from '../i18n'
import { layerById } from './catalogue'
import { loaded, selection } from './selection'

/** The window is named after the open card, so that tabs and bookmarks can be told apart. */
export function followTitle(): () => void {
  return effect(() => {
    const card = selection.value && loaded.value
    const name = card?.item.properties[layerById(card.selection.layer)?.name_field ?? '']
    document.title = name
      ? `${readableIn(card?.selection.layer ?? '', String(name))} · Rimay`
      : words.value.title
  })
}
