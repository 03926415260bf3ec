import { computed, signal } from '@preact/signals'
import type { Polygon } from 'geojson'
import type { Point } from '../api/types'
import type { Area } from '../overlaps/area'

/** What is measured: the length of a line, or an area. */
export type Measure = 'line' | 'area'

/** What the reader measures; null while they do not. Clicks on the map then add corners. */
export const measuring = signal<Measure | null>(null)

/** Corners so far. */
export const corners = signal<Point[]>([])

/** An area that was brought rather than drawn. */
export const broughtArea = signal<Area | null>(null)

export function startMeasuring(kind: Measure): void {
  measuring.value = kind
  broughtArea.value = null
}

export function stopMeasuring(): void {
  measuring.value = null
  clearMeasure()
}

export function clearMeasure(): void {
  corners.value = []
  broughtArea.value = null
}

export const addCorner = (point: Point) => {
  broughtArea.value = null
  corners.value = [...corners.peek(), point]
}

export const undoCorner = () => {
  corners.value = corners.peek().slice(0, -1)
}

/** The area that is measured; null while it has fewer than three corners. */
export const measuredArea = computed<Area | null>(() => {
  if (measuring.value !== 'area') return null
  if (broughtArea.value) return broughtArea.value
  const [first] = corners.value
  if (!first || corners.value.length < 3) return null
  const polygon: Polygon = { type: 'Polygon', coordinates: [[...corners.value, first]] }
  return polygon
})
