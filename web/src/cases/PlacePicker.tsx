import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { hasWebgl2 } from '../webgl'
import { ask } from './cases'
import type { PlaceMap } from './placeMap'
import { caseWords } from './words'

interface Props {
  /** Longitude and latitude, where they are known. */
  at: [number | null, number | null]
  choose: (longitude: number, latitude: number) => void
}

interface Found {
  layer: string
  id: number
  name: string
  context: string
  point: [number, number] | null
}

/** Places and features of all layers by name: a case is put where one of them is. */
function PlaceSearch({ choose }: { choose: (longitude: number, latitude: number) => void }) {
  const t = caseWords.value
  const id = useId()
  const [text, setText] = useState('')
  const [found, setFound] = useState<Found[]>([])
  useEffect(() => {
    if (text.trim().length < 3) return setFound([])
    let gone = false
    const wait = setTimeout(() => {
      ask<{ results: Found[] }>('GET', `/api/search?${new URLSearchParams({ q: text, limit: '6' })}`)
        .then(({ results }) => !gone && setFound(results.filter(({ point }) => point)))
        .catch(() => {})
    }, 200)
    return () => {
      gone = true
      clearTimeout(wait)
    }
  }, [text])
  return (
    <div>
      <label for={id}>
        <span>{t.findPlace}</span>
        <input
          id={id}
          type="search"
          value={text}
          autocomplete="off"
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
        />
      </label>
      <ul class="case-files">
        {found.map(({ layer, id: feature, name, context, point }) => (
          <li key={`${layer} ${feature}`}>
            <button
              type="button"
              class="link"
              onClick={() => {
                if (point) choose(...point)
                setFound([])
              }}
            >
              {name}
            </button>{' '}
            <span class="case-note">{context}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** A map on which one marks a place, and names to find it by; without WebGL there are the fields beside it. */
export function PlacePicker({ at, choose }: Props) {
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
  return (
    <>
      <PlaceSearch
        choose={(longitude, latitude) => {
          choose(longitude, latitude)
          map.current?.show(longitude, latitude)
        }}
      />
      {shown && <div class="case-map" ref={container} />}
    </>
  )
}
