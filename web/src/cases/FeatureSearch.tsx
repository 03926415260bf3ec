import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { ask, titleOfLayer } from './cases'
import { caseWords } from './words'

export interface Found {
  layer: string
  id: number
  name: string
  context: string
  point: [number, number] | null
}

interface Props {
  label: string
  /** Only what has a place. */
  placed?: boolean
  choose: (found: Found) => void
}

/** Features of all layers by name or code; arrows go through what is found. */
export function FeatureSearch({ label, placed = false, choose }: Props) {
  const t = caseWords.value
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const [text, setText] = useState('')
  const [found, setFound] = useState<Found[] | null>(null)
  useEffect(() => {
    if (text.trim().length < 3) return setFound(null)
    let gone = false
    const wait = setTimeout(() => {
      ask<{ results: Found[] }>('GET', `/api/search?${new URLSearchParams({ q: text, limit: '8' })}`)
        .then(({ results }) => !gone && setFound(results.filter(({ point }) => point || !placed)))
        .catch(() => {})
    }, 200)
    return () => {
      gone = true
      clearTimeout(wait)
    }
  }, [text])
  const step = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && text) {
      event.stopPropagation()
      return setText('')
    }
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) return event.preventDefault()
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }
    const by = steps[event.key]
    if (by === undefined) return
    event.preventDefault()
    const stops = [...(box.current?.querySelectorAll<HTMLElement>('input, button') ?? [])]
    stops[stops.indexOf(event.target as HTMLElement) + by]?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows only go between the field and the buttons within
    <div ref={box} onKeyDown={step}>
      <label for={id}>
        <span>{label}</span>
        <input
          id={id}
          type="search"
          value={text}
          autocomplete="off"
          onInput={(event) => {
            // What is looked for is nothing that is written.
            event.stopPropagation()
            setText(event.currentTarget.value)
          }}
        />
      </label>
      <p class="visually-hidden" role="status">
        {found && t.found(found.length)}
      </p>
      {found?.length === 0 && <p class="case-note">{t.noneFound}</p>}
      <ul class="case-files">
        {found?.map((one) => (
          <li key={`${one.layer} ${one.id}`}>
            <button
              type="button"
              class="link"
              onClick={() => {
                choose(one)
                setText('')
                box.current?.querySelector('input')?.focus()
              }}
            >
              {one.name}
            </button>{' '}
            <span class="case-note">
              {[titleOfLayer(one.layer), one.context].filter(Boolean).join(' · ')}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
