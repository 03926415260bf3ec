import { useEffect, useRef, useState } from 'preact/hooks'
import { formatNumber, lang } from '../i18n'
import { Opening } from '../panels/Opening'
import { layers } from '../state/catalogue'
import { areaIn, cornersOf } from './area'
import type { AreaMap } from './areaMap'
import { AREA, question } from './overlaps'
import { overlapWords } from './words'

/** The map on which an area is drawn, while it is. */
function Drawing({ done }: { done: () => void }) {
  const t = overlapWords.value
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    let gone = false
    let map: AreaMap | null = null
    const show = async () => {
      const module = await import('./areaMap')
      if (gone || !box.current) return
      const { a, b, area = null } = question.peek()
      const under = layers.peek().filter(({ id }) => id === a || id === b)
      map = new module.AreaMap(box.current, overlapWords.peek().drawMap, area, under, (drawn) => {
        question.value = { ...question.peek(), area: drawn }
        done()
      })
    }
    show().catch((error) => console.warn(error))
    return () => {
      gone = true
      map?.remove()
    }
  }, [])
  return (
    <>
      <p>{t.drawHint}</p>
      <div ref={box} class="data-map overlap-drawing" />
    </>
  )
}

/** Draw an area, or bring one. */
export function AreaChooser() {
  const t = overlapWords.value
  const { a, b, area, area_name } = question.value
  const [drawing, setDrawing] = useState(false)
  const [pasting, setPasting] = useState(false)
  const [wrong, setWrong] = useState(false)
  const isLayer = a === AREA || b === AREA
  const take = (text: string) => {
    const found = areaIn(text)
    setWrong(!found && text.trim() !== '')
    if (!found) return
    question.value = { ...question.value, area: found }
    setPasting(false)
    setDrawing(false)
  }
  const remove = () => {
    const { area: _, area_name: __, ...rest } = question.value
    question.value = rest
    setWrong(false)
  }
  return (
    <Opening class="overlap-area" when={isLayer || area !== undefined}>
      <summary>{t.area}</summary>
      <p>{isLayer ? t.areaIsLayer : t.areaHint}</p>
      <p class="data-actions">
        <button type="button" class="button" aria-expanded={drawing} onClick={() => setDrawing(!drawing)}>
          {t.draw}
        </button>
        <label class="button overlap-file">
          {t.areaFile}
          <input
            type="file"
            class="visually-hidden"
            accept=".json,.geojson,application/geo+json"
            onChange={async (event) => {
              const input = event.currentTarget
              const file = input.files?.[0]
              if (file) take(await file.text())
              input.value = ''
            }}
          />
        </label>
        <button type="button" class="button" aria-expanded={pasting} onClick={() => setPasting(!pasting)}>
          {t.areaPaste}
        </button>
        {area && (
          <button type="button" class="button" onClick={remove}>
            {t.areaRemove}
          </button>
        )}
      </p>
      {drawing && <Drawing done={() => setDrawing(false)} />}
      {pasting && (
        <label>
          <span>{t.areaText}</span>
          <textarea rows={4} spellcheck={false} onInput={(event) => take(event.currentTarget.value)} />
        </label>
      )}
      {wrong && (
        <p class="data-failed" role="alert">
          {t.areaWrong}
        </p>
      )}
      <p role="status">{area ? t.areaThere(formatNumber(cornersOf(area), lang.value)) : t.areaNone}</p>
      {area && (
        <label>
          <span>{t.areaName}</span>
          <input
            maxLength={200}
            value={area_name ?? ''}
            onInput={(event) => {
              const name = event.currentTarget.value
              question.value = { ...question.value, area_name: name || undefined }
            }}
          />
        </label>
      )}
    </Opening>
  )
}
