import type { Map as MapLibre } from 'maplibre-gl'
import { STATE_SHAPES, type StateShape } from '../state/palette'
import { SEVERITY_COLORS } from '../state/severity'

const RATIO = 2
const HALO = '#ffffff'
const GREY = '#5b6770'

type Pen = CanvasRenderingContext2D

/** One canvas for all: to make one for each sign takes longer than to draw it. */
const canvas = document.createElement('canvas')
const pen = canvas.getContext('2d', { willReadFrequently: true }) as Pen

/** What is drawn on a square of that many CSS pixels with the origin in its middle. */
function canvasOf(size: number, draw: (pen: Pen) => void): ImageData {
  // (To set its size empties it and takes all settings back.)
  canvas.width = canvas.height = size * RATIO
  pen.scale(RATIO, RATIO)
  pen.translate(size / 2, size / 2)
  draw(pen)
  return pen.getImageData(0, 0, canvas.width, canvas.height)
}

const dot = (pen: Pen) => pen.arc(0, 0, 4.5, 0, 2 * Math.PI)

const OUTLINES: Record<StateShape, (pen: Pen) => void> = {
  square: (pen) => pen.rect(-5, -5, 10, 10),
  triangle: (pen) => {
    pen.moveTo(0, -6.4)
    pen.lineTo(6.4, 5)
    pen.lineTo(-6.4, 5)
    pen.closePath()
  },
  ring: (pen) => pen.arc(0, 0, 5, 0, 2 * Math.PI),
  diamond: (pen) => {
    pen.moveTo(0, -6)
    pen.lineTo(6, 0)
    pen.lineTo(0, 6)
    pen.lineTo(-6, 0)
    pen.closePath()
  },
}

const isHollow = (shape: StateShape | undefined) => shape === 'ring' || shape === 'diamond'

/** A case whose state is not known is a plain dot, like no state at all. */
function drawState(pen: Pen, shape: StateShape | undefined, color: string): void {
  const hollow = isHollow(shape)
  pen.lineJoin = 'round'
  pen.beginPath()
  if (shape) OUTLINES[shape](pen)
  else dot(pen)
  pen.strokeStyle = HALO
  pen.lineWidth = hollow ? 6.5 : 4
  pen.stroke()
  pen.fillStyle = hollow ? HALO : color
  pen.fill()
  if (!hollow) return
  pen.strokeStyle = color
  pen.lineWidth = 2.6
  pen.stroke()
}

/** Says that the place is somewhere around here. */
function drawAround(pen: Pen): void {
  pen.beginPath()
  pen.arc(0, 0, 11, 0, 2 * Math.PI)
  // Fourteen dots, each on a halo of its own, so that they show on light and dark ground alike.
  pen.setLineDash([0.1, (22 * Math.PI) / 14 - 0.1])
  pen.lineCap = 'round'
  pen.strokeStyle = HALO
  pen.lineWidth = 4.2
  pen.stroke()
  pen.strokeStyle = GREY
  pen.lineWidth = 2.4
  pen.stroke()
  pen.setLineDash([])
}

const CHANGE_COLORS: Record<string, string> = { up: '#b2182b', down: '#2166ac', plus: '#1b2430' }

/** What became of a case: up, down, or new, on a disc. */
function drawChange(pen: Pen, sign: string): void {
  pen.beginPath()
  pen.arc(0, 0, 7, 0, 2 * Math.PI)
  pen.fillStyle = HALO
  pen.fill()
  pen.strokeStyle = pen.fillStyle = CHANGE_COLORS[sign] ?? GREY
  pen.lineWidth = 1
  pen.stroke()
  pen.beginPath()
  if (sign === 'plus') {
    pen.moveTo(-4, 0)
    pen.lineTo(4, 0)
    pen.moveTo(0, -4)
    pen.lineTo(0, 4)
    pen.lineWidth = 2.2
    pen.stroke()
    return
  }
  const tip = sign === 'up' ? -4.2 : 4.2
  pen.moveTo(0, tip)
  pen.lineTo(4.2, -tip * 0.7)
  pen.lineTo(-4.2, -tip * 0.7)
  pen.closePath()
  pen.fill()
}

/** Radius of a cluster in CSS pixels: area grows with the number of cases. */
export const clusterRadius = (count: number) => Math.min(30, 10.5 + 2.1 * Math.sqrt(count))

interface Slice {
  count: number
  color: string
}

function drawRing(pen: Pen, slices: Slice[], total: number, radius: number): void {
  let from = -Math.PI / 2
  pen.lineWidth = 4
  for (const { count, color } of slices) {
    if (count === 0) continue
    const to = from + (count / total) * 2 * Math.PI
    pen.beginPath()
    pen.arc(0, 0, radius - 3, from, to)
    pen.strokeStyle = color
    pen.stroke()
    from = to
  }
}

/** Says that some of the cases are in crisis. */
function drawWorst(pen: Pen, radius: number): void {
  const at = (radius - 2) * Math.SQRT1_2
  pen.beginPath()
  pen.arc(at, at, 4.4, 0, 2 * Math.PI)
  pen.fillStyle = SEVERITY_COLORS['5']
  pen.fill()
  pen.strokeStyle = HALO
  pen.lineWidth = 1.6
  pen.stroke()
}

function drawCluster(pen: Pen, slices: Slice[], total: number, worst: string, dark: boolean): void {
  const radius = clusterRadius(total)
  pen.shadowColor = 'rgb(15 30 40 / 0.28)'
  pen.shadowBlur = 4
  pen.shadowOffsetY = 2
  pen.beginPath()
  pen.arc(0, 0, radius, 0, 2 * Math.PI)
  pen.fillStyle = HALO
  pen.fill()
  pen.shadowColor = 'transparent'
  drawRing(pen, slices, total, radius)
  pen.beginPath()
  pen.arc(0, 0, radius - 6, 0, 2 * Math.PI)
  const [ground, ink] = dark ? ['#1b252c', '#f1f5f7'] : [HALO, '#1b2430']
  pen.fillStyle = worst === 'many' ? SEVERITY_COLORS['5'] : ground
  pen.fill()
  pen.fillStyle = worst === 'many' ? HALO : ink
  pen.font = `600 ${total > 99 ? 12 : 13}px "Atkinson Hyperlegible Next", sans-serif`
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillText(String(total), 0, 0.8)
  if (worst !== 'none') drawWorst(pen, radius)
}

const STATES = Object.keys(STATE_SHAPES)

/** Image names the style asks for: `state|activo`, `change|up`, `state-around|activo` and `cluster|light|some|3|1|0|2` (how many are in crisis, all, and one count for each state). */
function imageOf(id: string, colors: Record<string, string>): ImageData | null {
  const [kind, first = '', ...rest] = id.split('|')
  if (kind === 'state') {
    return canvasOf(20, (pen) => drawState(pen, STATE_SHAPES[first], colors[first] ?? GREY))
  }
  if (kind === 'state-around') {
    return canvasOf(28, (pen) => {
      drawAround(pen)
      drawState(pen, STATE_SHAPES[first], colors[first] ?? GREY)
    })
  }
  if (kind === 'change') return canvasOf(16, (pen) => drawChange(pen, first))
  if (kind !== 'cluster') return null
  const [worst = '', ...numbers] = rest
  const [all = 0, ...counts] = numbers.map(Number)
  const slices = STATES.map((state, at) => ({ count: counts[at] ?? 0, color: colors[state] ?? GREY }))
  const unknown = all - slices.reduce((sum, slice) => sum + slice.count, 0)
  slices.push({ count: Math.max(0, unknown), color: '#c3cad0' })
  return canvasOf(2 * clusterRadius(all) + 10, (pen) =>
    drawCluster(pen, slices, all, worst, first === 'dark'),
  )
}

/** Draws each symbol the first time the style names it. */
export function drawSymbolsOnDemand(map: MapLibre, colors: Record<string, string>): void {
  map.setMissingStyleImageResolver((id) => {
    const image = imageOf(id, colors)
    if (image && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: RATIO })
  })
}
