import type { Layer } from '../api/types'
import { words } from '../i18n'
import { isPartial, regionOf } from '../state/coverage'
import { departments } from '../state/departments'
import { pane } from '../state/pane'
import { fitTo, hasMap } from '../state/view'

/** Says that a layer is blank elsewhere for want of data, and leads to where its data are. */
export function CoverageNote({ layer }: { layer: Layer }) {
  const t = words.value
  const { bbox } = layer
  if (!bbox || !isPartial(layer)) return null
  const region = regionOf(layer, departments.value)
  const show = () => {
    pane.value = 'map'
    fitTo(bbox)
  }
  return (
    <p class="coverage-note">
      {region ? t.coversRegion(region) : t.coversPart}{' '}
      {hasMap.value && (
        <button type="button" class="link" onClick={show}>
          {t.showCoverage}
        </button>
      )}
    </p>
  )
}
