import type { ItemFeature, Layer } from '../api/types'
import { formatValue, lang, words } from '../i18n'
import { AREAS, PRECISION } from '../state/precision'

/** Says what the point of a case stands for when it is not the place itself. */
export function PrecisionNote({ layer, item }: { layer: Layer; item: ItemFeature }) {
  const t = words.value
  const precision = item.properties[PRECISION]
  const field = layer.fields.find(({ name }) => name === PRECISION)
  const area =
    field && AREAS.includes(String(precision)) ? formatValue(field, precision, lang.value, t) : null
  return <p class="card-note">{area ? t.approximateArea(area) : t.approximateUnknown}</p>
}
