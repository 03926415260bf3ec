import type { Feature, FeatureCollection, Geometry } from 'geojson'
import { useEffect, useRef } from 'preact/hooks'
import { getJson } from '../api/client'
import { lang } from '../i18n'
import { inLanguage } from '../state/language'
import { SIDE_COLORS } from './colors'
import { AREA, answer, chosen, sort } from './overlaps'
import { nameOf } from './PairTable'
import type { PairMap } from './pairMap'
import { overlapWords } from './words'

/** The pair in hand on a map: both features and what they share. */
export function PairView() {
  const t = overlapWords.value
  const box = useRef<HTMLDivElement>(null)
  const map = useRef<PairMap | null>(null)
  const place = chosen.value
  const now = answer.value
  useEffect(() => () => map.current?.remove(), [])
  useEffect(() => {
    const pair = place === null ? undefined : now?.pairs[place]
    if (!now || !pair || !box.current) return
    let gone = false
    const show = async () => {
      const { question, id } = now
      const then = new URLSearchParams()
      if (question.asOf) then.set('asOf', question.asOf)
      if (question.asKnown) then.set('asKnown', question.asKnown)
      const item = async (layer: string, feature: number): Promise<Geometry | null> =>
        layer === AREA
          ? (question.area ?? null)
          : (await getJson<Feature>(`/ogc/collections/${layer}/items/${feature}?${then}`)).geometry
      const [module, a, b, shared] = await Promise.all([
        import('./pairMap'),
        item(question.a, pair.a.id),
        item(question.b, pair.b.id),
        getJson<FeatureCollection>(
          `/api/overlaps/${id}?f=geojson&limit=1&offset=${place}&sort=${sort.value}`,
        ),
      ])
      if (gone || !box.current) return
      map.current ??= new module.PairMap(box.current, overlapWords.peek().map)
      await map.current.show({
        b,
        a,
        shared: shared.features[0]?.geometry ?? null,
      })
    }
    show().catch((error) => console.warn(error))
    return () => {
      gone = true
    }
  }, [now, place])
  if (!now || now.pairs.length === 0) return null
  const pair = place === null ? undefined : now.pairs[place]
  const { asKnown } = now.question
  const known = asKnown ? `&conocido=${encodeURIComponent(asKnown)}` : ''
  const dossier = (layer: string, id: number) =>
    inLanguage(layer === AREA ? `/expediente?v=${now.id}` : `/expediente?capa=${layer}&id=${id}${known}`)
  const names = { a: now.layers.a.title[lang.value], b: now.layers.b.title[lang.value], shared: t.shared }
  return (
    <figure class="data-changes overlap-view">
      <p>{t.choose}</p>
      <div ref={box} class="data-map" hidden={place === null} />
      {place !== null && (
        <figcaption>
          {(Object.keys(names) as (keyof typeof names)[]).map((part) => (
            <span key={part}>
              <svg viewBox="0 0 12 12" aria-hidden="true">
                <circle cx="6" cy="6" r="5" fill={SIDE_COLORS[part]} />
              </svg>{' '}
              {names[part]}
            </span>
          ))}
          {pair && (
            <span>
              {t.dossier}:{' '}
              <a class="link" href={dossier(now.layers.a.id, pair.a.id)}>
                {nameOf(pair.a)}
              </a>{' '}
              ·{' '}
              <a class="link" href={dossier(now.layers.b.id, pair.b.id)}>
                {nameOf(pair.b)}
              </a>
            </span>
          )}
        </figcaption>
      )}
    </figure>
  )
}
