import type { Geometry } from 'geojson'
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl'
import type { Tones } from './tones'

const SOURCE = 'chosen-department'

export const departmentSource = (geometry: Geometry): Record<string, SourceSpecification> => ({
  [SOURCE]: { type: 'geojson', data: { type: 'Feature', geometry, properties: {} } },
})

/** Where the cases of the filter lie: a line on a pale casing, thinner than that of an open card. */
export function departmentOutline(tones: Tones): LayerSpecification[] {
  const line = (id: string, color: string, width: number): LayerSpecification => ({
    id,
    type: 'line',
    source: SOURCE,
    layout: { 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': width },
  })
  return [line('department-casing', tones.halo, 4.5), line('department-line', tones.label, 2)]
}
