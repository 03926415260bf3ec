import type { Map as MapLibre } from 'maplibre-gl'
import type { ItemCollection } from '../api/types'
import { CASES_SOURCE, CLUSTER_LAYER, caseLayers, casesSource, SINGLE_LAYER } from '../map/caseLayers'
import { smallMap } from '../map/smallMap'
import { drawSymbolsOnDemand } from '../map/symbols'
import { tonesOf } from '../map/tones'
import { CASES, layerById } from '../state/catalogue'
import { dark } from '../state/preferences'

export interface CasesMap {
  show: (cases: ItemCollection) => void
  map: MapLibre
}

/** A map of cases as they stood on a day. */
export function casesMap(container: HTMLElement, label: string): CasesMap {
  const map = smallMap(container, label, {}, [], { cooperativeGestures: false })
  drawSymbolsOnDemand(map, layerById(CASES)?.style.colors ?? {})
  let shown: ItemCollection | null = null
  const draw = () => {
    const source = map.getSource(CASES_SOURCE)
    if (!source || !shown) return
    // (The source is made with how it groups; only what it holds changes.)
    const { data } = casesSource(shown, new Map())
    ;(source as unknown as { setData: (data: unknown) => void }).setData(data)
  }
  map.on('load', () => {
    map.addSource(CASES_SOURCE, casesSource(null, new Map()))
    // Above the names of places, which would else lie on the signs.
    for (const layer of caseLayers(1, tonesOf(dark.peek()), dark.peek(), 0)) map.addLayer(layer)
    draw()
  })
  map.on('idle', () => {
    const drawn = map.getLayer(SINGLE_LAYER)
      ? map.queryRenderedFeatures({ layers: [SINGLE_LAYER, CLUSTER_LAYER] })
      : []
    const count = drawn.reduce((sum, { properties }) => sum + Number(properties.point_count ?? 1), 0)
    container.dataset.drawn = String(count)
  })
  return {
    map,
    show: (cases) => {
      shown = cases
      draw()
    },
  }
}

/** Wherever one is moved, the other follows. */
export function moveTogether(one: MapLibre, other: MapLibre): void {
  let isFollowing = false
  const follow = (leader: MapLibre, follower: MapLibre) => {
    leader.on('move', () => {
      if (isFollowing) return
      isFollowing = true
      follower.jumpTo({ center: leader.getCenter(), zoom: leader.getZoom() })
      isFollowing = false
    })
  }
  follow(one, other)
  follow(other, one)
}
