import type { Layer } from '../api/types'
import { lang, words } from '../i18n'
import { CASES } from '../state/catalogue'
import { categoriesOf } from '../state/palette'
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

function CrisisMark() {
  return (
    <svg class="mark" viewBox="-10 -10 20 20" aria-hidden="true">
      <circle r="8" fill="#b30000" stroke="#b2182b" stroke-width="2" />
      <path d="M-2-2.800 0.400-4.400v7" fill="none" stroke="#ffffff" stroke-width="1.500" />
      <circle cx="6" cy="6" r="3.200" fill="#b30000" stroke="#ffffff" stroke-width="1.200" />
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
export function Legend({ layer }: { layer: Layer }) {
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
            <CrisisMark />
            {words.value.worstLegend}
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
