import type { Feature, FeatureCollection, Geometry } from 'geojson'
import { useEffect, useRef, useState } from 'preact/hooks'
import { hasWebgl2 } from '../webgl'
import { ask, type Case, type Fact } from './cases'
import { caseWords } from './words'

/** Layers of units by the digits of their UBIGEO. */
const UNITS: Record<number, string> = { 2: 'departments', 4: 'provinces', 6: 'districts' }

const pointOf = ({ longitude, latitude }: Fact): [number, number] | null =>
  typeof longitude === 'number' && typeof latitude === 'number' ? [longitude, latitude] : null

/** What is drawn of a place: its point, or the unit it is told as. */
async function shapeOf(place: Fact): Promise<Feature<Geometry>[]> {
  const point = pointOf(place)
  if (point) return [{ type: 'Feature', geometry: { type: 'Point', coordinates: point }, properties: {} }]
  const ubigeo = String(place.ubigeo ?? '')
  const layer = UNITS[ubigeo.length]
  if (!layer) return []
  const query = new URLSearchParams({ code: ubigeo, limit: '1' })
  const found = await ask<FeatureCollection<Geometry | null>>(
    'GET',
    `/ogc/collections/${layer}/items?${query}`,
  ).catch(() => null)
  return (found?.features ?? []).filter((one): one is Feature<Geometry> => one.geometry !== null)
}

/** Where a case is; nothing where no place is told, or without WebGL. */
export function CaseMap({ shown }: { shown: Case }) {
  const t = caseWords.value
  const container = useRef<HTMLDivElement>(null)
  const places = shown.facts.filter(({ kind }) => kind === 'place')
  const [features, setFeatures] = useState<Feature<Geometry>[]>([])
  const told = JSON.stringify(places.map((place) => [pointOf(place), place.ubigeo]))
  useEffect(() => {
    let gone = false
    void Promise.all(places.map(shapeOf)).then((shapes) => {
      if (!gone) setFeatures(shapes.flat())
    })
    return () => {
      gone = true
    }
  }, [told])
  useEffect(() => {
    if (features.length === 0) return
    let map: { remove: () => void } | null = null
    let gone = false
    void (async () => {
      if (!(await hasWebgl2())) return
      const { caseMap } = await import('./caseMap')
      if (!gone && container.current) map = caseMap(container.current, t.caseMap, features)
    })()
    return () => {
      gone = true
      map?.remove()
    }
  }, [features])
  if (features.length === 0) return null
  const hasUnits = features.some(({ geometry }) => geometry.type !== 'Point')
  return (
    <>
      <div class="case-map" ref={container} />
      {hasUnits && <p class="case-note">{t.unitsDashed}</p>}
    </>
  )
}
