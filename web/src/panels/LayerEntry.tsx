import type { Layer } from '../api/types'
import { lang, words } from '../i18n'
import { isEmpty, natureOf } from '../state/catalogue'
import { isShown, opacityOf, setOpacity, toggleLayer } from '../state/filters'
import { view } from '../state/view'
import { Badge } from './Badge'
import { Count } from './Count'
import { CoverageNote } from './CoverageNote'
import { LayerMark } from './LayerMark'
import { Legend } from './Legend'

function Opacity({ layer }: { layer: Layer }) {
  const t = words.value
  const percent = Math.round(opacityOf(layer.id) * 100)
  return (
    <label class="opacity">
      <span aria-hidden="true">{t.opacity}</span>
      <input
        type="range"
        min="10"
        max="100"
        step="10"
        value={percent}
        aria-label={t.opacityOf(layer.title[lang.value])}
        aria-valuetext={`${percent} %`}
        onInput={(event) => setOpacity(layer.id, Number(event.currentTarget.value) / 100)}
      />
      <output>{percent} %</output>
    </label>
  )
}

function Empty() {
  return (
    <p class="layer-note">
      <span class="badge">{words.value.noData}</span>
    </p>
  )
}

/** One layer: switch, name, count, nature of its data, legend and opacity. */
export function LayerEntry({ layer }: { layer: Layer }) {
  const t = words.value
  const title = layer.title[lang.value]
  const empty = isEmpty(layer)
  const shown = isShown(layer)
  const tooFar = shown && view.value !== null && view.value.zoom < layer.min_zoom
  const nature = natureOf(layer.sources)
  return (
    <li class="layer" data-layer={layer.id} data-empty={empty ? '' : undefined}>
      <label class="layer-head">
        <input
          type="checkbox"
          role="switch"
          aria-label={t.showLayer(title)}
          checked={shown}
          aria-checked={shown}
          disabled={empty}
          onChange={() => toggleLayer(layer.id)}
        />
        {!layer.category_field && <LayerMark layer={layer} category={null} />}
        <span class="layer-title" title={layer.description[lang.value]}>
          {title}
        </span>
        {!empty && <Count value={layer.count} />}
      </label>
      {empty ? <Empty /> : <Badge nature={nature} />}
      <CoverageNote layer={layer} />
      {tooFar && <p class="layer-note">{t.visibleFrom}</p>}
      {!empty && <Legend layer={layer} />}
      {shown && <Opacity layer={layer} />}
    </li>
  )
}
