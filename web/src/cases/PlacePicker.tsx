import { useEffect, useRef, useState } from 'preact/hooks'
import { hasWebgl2 } from '../webgl'
import { caseWords } from './words'

interface Props {
  /** Longitude and latitude, where they are known. */
  at: [number | null, number | null]
  choose: (longitude: number, latitude: number) => void
}

/** A map on which one marks a place; without WebGL there are the fields beside it. */
export function PlacePicker({ at, choose }: Props) {
  const t = caseWords.value
  const container = useRef<HTMLDivElement>(null)
  const [shown, setShown] = useState(true)
  useEffect(() => {
    let remove = () => {}
    let gone = false
    void (async () => {
      if (!(await hasWebgl2())) return setShown(false)
      const { placeMap } = await import('./placeMap')
      if (gone || !container.current) return
      remove = placeMap(container.current, t.mapLabel, at, choose)
    })()
    return () => {
      gone = true
      remove()
    }
  }, [])
  return shown ? <div class="case-map" ref={container} /> : null
}
