import { useEffect, useRef, useState } from 'preact/hooks'
import { hasWebgl2 } from '../webgl'
import { FeatureSearch, type Found } from './FeatureSearch'
import type { PlaceMap } from './placeMap'
import { caseWords } from './words'

interface Props {
  /** Longitude and latitude, where they are known. */
  at: [number | null, number | null]
  /** Coordinates that somebody writes. */
  typed: [number, number] | null
  choose: (longitude: number, latitude: number) => void
  /** A feature was found by its name, and the place is where it is. */
  found: (feature: Found) => void
}

const isOnEarth = ([longitude, latitude]: [number, number]) =>
  Math.abs(longitude) <= 180 && Math.abs(latitude) <= 85

/** A map on which one marks a place, and names to find it by; without WebGL there are the fields beside it. */
export function PlacePicker({ at, typed, choose, found }: Props) {
  const t = caseWords.value
  const container = useRef<HTMLDivElement>(null)
  const map = useRef<PlaceMap | null>(null)
  const [shown, setShown] = useState(true)
  useEffect(() => {
    let gone = false
    void (async () => {
      if (!(await hasWebgl2())) return setShown(false)
      const { placeMap } = await import('./placeMap')
      if (gone || !container.current) return
      map.current = placeMap(container.current, t.mapLabel, at, choose)
    })()
    return () => {
      gone = true
      map.current?.remove()
    }
  }, [])
  useEffect(() => {
    if (typed && isOnEarth(typed)) map.current?.show(...typed)
  }, [typed])
  return (
    <>
      <FeatureSearch
        label={t.findPlace}
        placed
        choose={(feature) => {
          found(feature)
          if (feature.point) map.current?.show(...feature.point)
        }}
      />
      {shown && (
        <>
          <div class="case-map is-picker" ref={container} />
          <p class="case-note">{t.pickByKeyboard}</p>
        </>
      )}
    </>
  )
}
