import { computed } from '@preact/signals'
import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import type { ItemFeature } from '../api/types'
import { lang } from '../i18n'
import { caseShown, filteredCases } from '../state/cases'
import { CASES, layerById, layers } from '../state/catalogue'
import { changeById } from '../state/changes'
import { departmentShape } from '../state/departments'
import { isShown, opacityOf } from '../state/filters'
import { measuring } from '../state/measure'
import { byDepartment, CASES_FROM_ZOOM, departmentCases } from '../state/panorama'
import { dark } from '../state/preferences'
import { choice, loaded, selectedItem, selection } from '../state/selection'
import { view } from '../state/view'
import { baseOf } from './base'
import { type Base, capitalLabel, ownsCapital } from './basemap'
import { CASES_SOURCE, caseLayers, casesSource } from './caseLayers'
import { departmentOutline, departmentSource } from './departmentLayers'
import { fontFaces } from './fonts'
import { MEASURE_SOURCE, measureLayers, measureSource } from './measureLayers'
import { PANORAMA_SOURCE, panoramaLayers, panoramaSource } from './panoramaLayers'
import { SELECTION_SOURCE, selectedArea, selectedPoint, selectionSource } from './selectionLayers'
import { labelsOf, shapesOf, type TileStyle, tileSource } from './tileLayers'
import { type Tones, tonesOf } from './tones'

/**
 * Layers drawn from tiles, the ones listed first drawn last and so on top. A layer that is off is no part of the
 * style: it costs nothing until it is asked for.
 */
const tiled = () => layers.value.filter((layer) => layer.id !== CASES && isShown(layer)).toReversed()

function signOf(item: ItemFeature): 'case' | 'ring' {
  const layer = layerById(CASES)
  return layer && isShown(layer) && caseShown(item) ? 'ring' : 'case'
}

function selected() {
  const card = loaded.value
  const sign = card?.selection.layer === CASES ? signOf(card.item) : 'other'
  const pin = selection.value ? null : (choice.value?.at ?? null)
  return selectionSource(selectedItem.value, sign, pin)
}

/** Zoom from which single cases are made ready, before they are drawn. */
const CASES_READY_FROM_ZOOM = CASES_FROM_ZOOM - 0.5

/** Cases that are drawn one by one or soon will be: where departments stand for them, thousands need not be grouped in vain. */
const casesNear = computed(() => !byDepartment.value || (view.value?.zoom ?? 0) >= CASES_READY_FROM_ZOOM)

function dataSources(): Record<string, SourceSpecification> {
  const sources = Object.fromEntries(tiled().map((layer) => [layer.id, tileSource(layer)]))
  return {
    ...sources,
    ...(departmentShape.value ? departmentSource(departmentShape.value) : {}),
    ...(byDepartment.value ? { [PANORAMA_SOURCE]: panoramaSource(departmentCases.value) } : {}),
    ...(measuring.value ? { [MEASURE_SOURCE]: measureSource() } : {}),
    [SELECTION_SOURCE]: selected(),
    [CASES_SOURCE]: casesSource(casesNear.value ? filteredCases.value : null, changeById.value),
  }
}

function dataLayers(tones: Tones, base: Base): LayerSpecification[] {
  const styled = tiled().map((layer) => {
    const style: TileStyle = {
      opacity: opacityOf(layer.id),
      dark: dark.value,
      tones,
    }
    return { shapes: shapesOf(layer, style), labels: labelsOf(layer, style) }
  })
  const casesLayer = layerById(CASES)
  const casesShown = casesLayer !== undefined && isShown(casesLayer)
  return [
    ...styled.flatMap(({ shapes }) => shapes),
    // What stands later is placed first: names of places come before those of the data, large areas before small ones.
    ...styled.toReversed().flatMap(({ labels }) => labels),
    ...base.over,
    ...(departmentShape.value ? departmentOutline(tones) : []),
    ...(ownsCapital(base) ? [capitalLabel(tones)] : []),
    ...selectedArea(tones),
    ...(casesShown
      ? caseLayers(opacityOf(CASES), tones, dark.value, byDepartment.value ? CASES_FROM_ZOOM : 0)
      : []),
    ...(casesShown && byDepartment.value ? panoramaLayers(opacityOf(CASES), tones, dark.value) : []),
    ...selectedPoint(tones),
    ...(measuring.value ? measureLayers(tones) : []),
  ]
}

/** The whole map as a function of the state; MapLibre works out what changed. */
export function currentStyle(): StyleSpecification {
  const tones = tonesOf(dark.value)
  const base = baseOf(dark.value, lang.value)
  return {
    version: 8,
    'font-faces': fontFaces(),
    ...(base.sprite === undefined ? {} : { sprite: base.sprite }),
    sources: { ...base.sources, ...dataSources() },
    layers: [...base.under, ...dataLayers(tones, base)],
  }
}
