import type { Bbox } from '../api/types'
import { words } from '../i18n'
import { pane } from '../state/pane'
import { flyTo, hasMap } from '../state/view'
import { Icon } from './Icon'

/** Brings a box of the world into view; absent where there is no map. */
export function ZoomButton({ bbox }: { bbox: Bbox }) {
  if (!hasMap.value) return null
  const zoom = () => {
    pane.value = 'map'
    flyTo(bbox, [bbox[0], bbox[1]])
  }
  return (
    <button type="button" class="button" onClick={zoom}>
      <Icon name="target" />
      {words.value.zoomTo}
    </button>
  )
}
