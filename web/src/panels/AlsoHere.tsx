import type { Point } from '../api/types'
import { lang, readableIn, words } from '../i18n'
import { alsoHere, type Overlay } from '../state/alsoHere'
import { natureIn } from '../state/catalogue'
import { type Selection, select } from '../state/selection'
import { Badge } from './Badge'
import { LayerMark } from './LayerMark'
import { NearHere } from './NearHere'

function Found({ overlay, place }: { overlay: Overlay; place: Point }) {
  const { layer, rows, total, near } = overlay
  return (
    <>
      {rows.map((row) => (
        <li key={row.id}>
          <button type="button" class="row" onClick={() => select(layer.id, row.id)}>
            <LayerMark layer={layer} category={row.category} />
            <span class="row-text">
              <span class="row-name">{readableIn(layer.id, row.name)}</span>
              <span class="visually-hidden">. </span>
              <span class="row-context">
                <Badge nature={natureIn(layer, row.synthetic)} />
                {layer.title[lang.value]}
              </span>
            </span>
          </button>
        </li>
      ))}
      {total > rows.length && (
        <li class="also-note">{words.value.someOf(rows.length, total, layer.title[lang.value])}</li>
      )}
      {near && <NearHere layer={layer} place={place} near={near} covering={total} />}
    </>
  )
}

function Unanswered({ overlay }: { overlay: Overlay }) {
  const t = words.value
  const title = overlay.layer.title[lang.value]
  return <li class="also-note">{overlay.answer === 'unknown' ? t.noDataHere(title) : t.failed(title)}</li>
}

/** What else lies at the place of the card: concession, community, watershed, district. */
export function AlsoHere({ current, approximate }: { current: Selection; approximate: boolean }) {
  const t = words.value
  const known = alsoHere.value
  if (known?.selection !== current) return null
  // That a layer has nothing there is said of rights to land only, with what lies near.
  const found = known.overlays.filter(({ rows, near }) => rows.length > 0 || near)
  const unanswered = known.overlays.filter(({ answer }) => answer !== 'known')
  if (found.length + unanswered.length === 0) return null
  return (
    <section class="also" aria-labelledby="also-here">
      <h3 id="also-here">{t.alsoHere}</h3>
      {approximate && <p class="also-note">{t.alsoHereApproximate}</p>}
      <ul>
        {found.map((overlay) => (
          <Found key={overlay.layer.id} overlay={overlay} place={known.place} />
        ))}
        {unanswered.map((overlay) => (
          <Unanswered key={overlay.layer.id} overlay={overlay} />
        ))}
      </ul>
    </section>
  )
}
