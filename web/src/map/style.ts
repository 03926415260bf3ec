import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import { lang } from '../i18n'
import { filteredCases } from '../state/cases'
import { CASES, isEmpty, layerById, layers } from '../state/catalogue'
import { isShown, opacityOf } from '../state/filters'
import { dark } from '../state/preferences'
import { selectedItem } from '../state/selection'
import { basemapLabels, basemapLayers, basemapSources } from './basemap'
import { CASES_SOURCE, caseLayers, casesSource } from './caseLayers'
import { fontFaces } from './fonts'
import { SELECTION_SOURCE, selectedArea, selectedPoint, selectionSource } from './selectionLayers'
import { labelsOf, shapesOf, type TileStyle, tileSource } from './tileLayers'
import { type Tones, tonesOf } from './tones'

/** Layers drawn from tiles, the ones listed first drawn last and so on top. */
const tiled = () => layers.value.filter((layer) => layer.id !== CASES && !isEmpty(layer)).toReversed()

function dataSources(): Record<string, SourceSpecification> {
  const sources = Object.fromEntries(tiled().map((layer) => [layer.id, tileSource(layer)]))
  return {
    ...sources,
    [SELECTION_SOURCE]: selectionSource(selectedItem.value),
    [CASES_SOURCE]: casesSource(filteredCases.value),
  }
}

function dataLayers(tones: Tones): LayerSpecification[] {
  const styled = tiled().map((layer) => {
    const style: TileStyle = {
      opacity: opacityOf(layer.id),
      visible: isShown(layer),
      dark: dark.value,
      tones,
    }
    return { shapes: shapesOf(layer, style), labels: labelsOf(layer, style) }
  })
  const casesLayer = layerById(CASES)
  const casesShown = casesLayer !== undefined && isShown(casesLayer)
  return [
    ...styled.flatMap(({ shapes }) => shapes),
    ...basemapLabels(tones, lang.value),
    ...styled.flatMap(({ labels }) => labels),
    ...selectedArea(tones),
    ...caseLayers(opacityOf(CASES), casesShown, tones, dark.value),
    ...selectedPoint(tones),
  ]
}

/** The whole map as a function of the state; MapLibre works out what changed. */
export function currentStyle(): StyleSpecification {
  const tones = tonesOf(dark.value)
  return {
    version: 8,
    'font-faces': fontFaces(),
    sources: { ...basemapSources(), ...dataSources() },
    layers: [...basemapLayers(tones), ...dataLayers(tones)],
  }
}
