import type { Layer } from '../api/types'
import { lang, words } from '../i18n'
import { CASES, isEmpty, natureOf } from '../state/catalogue'
import { isShown, opacityOf, setOpacity, toggleLayer } from '../state/filters'
import { categoriesOf } from '../state/palette'
import { view } from '../state/view'
import { Badge } from './Badge'
import { Count } from './Count'
import { CoverageNote } from './CoverageNote'
import { LayerMark } from './LayerMark'

function ClusterMark() {
  return (
    <svg class="mark" viewBox="-10 -10 20 20" aria-hidden="true">
      <circle r="9" fill="#ffffff" />
      <g fill="none" stroke-width="2.500">
        <path d="M0-7.200A7.200 7.200 0 0 1 2.200 6.900" stroke="#B2182B" />
        <path d="M2.200 6.900A7.200 7.200 0 0 1-7 1.600" stroke="#E08214" />
        <path d="M-7 1.600A7.200 7.200 0 0 1 0-7.200" stroke="#2166AC" />
      </g>
      <path d="M-2-1.800 0.400-3.400v7" fill="none" stroke="#1b2430" stroke-width="1.500" />
    </svg>
  )
}

function AroundMark() {
  return (
    <svg class="mark" viewBox="-14 -14 28 28" aria-hidden="true">
      <g fill="none" stroke-linecap="round" stroke-dasharray="0.1 4.837">
        <circle r="11" stroke="#ffffff" stroke-width="4.200" />
        <circle r="11" stroke="#5b6770" stroke-width="2.400" />
      </g>
      <rect x="-5" y="-5" width="10" height="10" fill="#B2182B" stroke="#ffffff" stroke-width="2" />
    </svg>
  )
}

/** What the layer's signs mean; a layer of one sign explains itself beside its name. */
function Legend({ layer }: { layer: Layer }) {
  const categories = categoriesOf(layer)
  if (categories.length === 0) return null
  return (
    <ul class="legend">
      {categories.map(({ code, title }) => (
        <li key={code}>
          <LayerMark layer={layer} category={code} />
          {title[lang.value]}
        </li>
      ))}
      {layer.id === CASES && (
        <>
          <li class="legend-wide">
            <ClusterMark />
            {words.value.clusterLegend}
          </li>
          <li class="legend-wide">
            <AroundMark />
            {words.value.approximateLegend}
          </li>
        </>
      )}
    </ul>
  )
}

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
