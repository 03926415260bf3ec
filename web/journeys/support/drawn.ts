import type { Map as MapLibre } from 'maplibre-gl'
import type { Page } from 'playwright-core'

declare global {
  interface Window {
    map?: MapLibre
  }
}

/** Conflict cases on screen: those inside clusters and those alone. */
export const drawnCases = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const features = window.map?.queryRenderedFeatures({ layers: ['cases-cluster', 'cases-single'] }) ?? []
    const counts = new Map(
      features.map(({ id, properties }) => [
        `${properties.cluster_id ?? ''}|${id}`,
        Number(properties.point_count ?? 1),
      ]),
    )
    return [...counts.values()].reduce((sum, count) => sum + count, 0)
  })

/** Distinct areas of a tile layer on screen. */
export const drawnAreas = (page: Page, layer: string): Promise<number> =>
  page.evaluate((id) => {
    const features = window.map?.queryRenderedFeatures({ layers: [`${id}-fill`] }) ?? []
    return new Set(features.map((feature) => feature.id)).size
  }, layer)

/** Pieces of one layer of the style on screen; none when the style has no such layer. */
export const drawnIn = (page: Page, layer: string): Promise<number> =>
  page.evaluate((id) => {
    const { map } = window
    return map?.getLayer(id) ? map.queryRenderedFeatures({ layers: [id] }).length : 0
  }, layer)

/** Where a place of the world is on the page, in CSS pixels. */
export const onScreen = (page: Page, point: [number, number]): Promise<{ x: number; y: number }> =>
  page.evaluate((place) => {
    const map = window.map as MapLibre
    const { x, y } = map.project(place)
    const { left, top } = map.getContainer().getBoundingClientRect()
    return { x: x + left, y: y + top }
  }, point)

/** Clicks the cluster with the most cases, so that its cases are offered. */
export async function clickLargestCluster(page: Page): Promise<void> {
  const point = await page.evaluate(() => {
    const clusters = window.map?.queryRenderedFeatures({ layers: ['cases-cluster'] }) ?? []
    clusters.sort((a, b) => Number(b.properties.point_count) - Number(a.properties.point_count))
    const largest = clusters[0]?.geometry
    return largest?.type === 'Point' ? largest.coordinates : null
  })
  if (!point) throw new Error('The journeys need cases close together')
  const { x, y } = await onScreen(page, point as [number, number])
  await page.mouse.click(x, y)
}
