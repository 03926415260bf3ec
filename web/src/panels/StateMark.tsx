import { forTheme, STATE_SHAPES, type StateShape } from '../state/palette'

const HALO = '#ffffff'

const OUTLINES: Record<StateShape, string> = {
  square: 'M-5-5h10v10h-10Z',
  triangle: 'M0-6.400 6.400 5h-12.800Z',
  ring: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z',
  diamond: 'M0-6 6 0 0 6-6 0Z',
}

/** The map's symbol of a state, drawn the same way: shape and colour together, on a white halo. */
export function StateMark({ state, color }: { state: string | null; color: string }) {
  const shape = STATE_SHAPES[state ?? ''] ?? 'diamond'
  const hollow = shape === 'ring' || shape === 'diamond'
  const outline = OUTLINES[shape]
  return (
    <svg class="mark" viewBox="-10 -10 20 20" aria-hidden="true">
      <path d={outline} stroke={HALO} stroke-width={hollow ? 6.5 : 4} fill={HALO} stroke-linejoin="round" />
      <path d={outline} fill={hollow ? HALO : color} stroke={hollow ? color : 'none'} stroke-width="2.6" />
    </svg>
  )
}

const DASHES: Record<string, string> = { dash: '4 2', long_dash: '8 3', dot: '0.1 3.2' }

interface SwatchProps {
  color: string
  outline: string | null
  fillOpacity: number
  dark: boolean
}

/** A piece of the layer's area as the map draws it: line pattern, hue and fill. */
export function AreaMark({ color, outline, fillOpacity, dark }: SwatchProps) {
  const ink = forTheme(color, dark)
  return (
    <svg class="mark" viewBox="0 0 20 20" aria-hidden="true">
      <rect
        x="2"
        y="4"
        width="16"
        height="12"
        rx="1.500"
        fill={ink}
        fill-opacity={fillOpacity}
        stroke={ink}
        stroke-width="1.700"
        stroke-dasharray={DASHES[outline ?? '']}
        stroke-linecap={outline === 'dot' ? 'round' : 'butt'}
      />
    </svg>
  )
}

export function PointMark({ color, dark }: { color: string; dark: boolean }) {
  return (
    <svg class="mark" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="4.500" fill={forTheme(color, dark)} />
    </svg>
  )
}
