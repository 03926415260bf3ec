import type { Layer } from '../api/types'
import { CASES } from '../state/catalogue'
import { colorOf } from '../state/palette'
import { dark } from '../state/preferences'
import { AreaMark, PointMark, StateMark } from './StateMark'

/** The sign of one feature or category of a layer, as it looks on the map. */
export function LayerMark({ layer, category }: { layer: Layer; category: string | null }) {
  const color = colorOf(layer, category)
  if (layer.id === CASES && category) return <StateMark state={category} color={color} />
  if (layer.geometry === 'point') return <PointMark color={color} dark={dark.value} />
  return (
    <AreaMark
      color={color}
      outline={layer.style.outline}
      fillOpacity={layer.style.fill_opacity ?? 0}
      dark={dark.value}
    />
  )
}
