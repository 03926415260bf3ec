import { Marker, NavigationControl, ScaleControl } from 'maplibre-gl'
import { smallMap } from '../map/smallMap'

export interface PlaceMap {
  /** Marks a place that was found otherwise. */
  show: (longitude: number, latitude: number) => void
  remove: () => void
}

/** A map on which a click, or Enter at its middle, marks a place. */
export function placeMap(
  container: HTMLElement,
  label: string,
  [longitude, latitude]: [number | null, number | null],
  choose: (longitude: number, latitude: number) => void,
): PlaceMap {
  const map = smallMap(container, label, {}, [])
  const marker = new Marker({ color: '#B2182B' })
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  map.addControl(new ScaleControl(), 'bottom-left')
  const mark = (place: { lng: number; lat: number }) => {
    marker.setLngLat([place.lng, place.lat]).addTo(map)
    choose(place.lng, place.lat)
    container.dataset.marked = `${place.lng.toFixed(5)} ${place.lat.toFixed(5)}`
  }
  const show = (longitude: number, latitude: number) => {
    marker.setLngLat([longitude, latitude]).addTo(map)
    map.jumpTo({ center: [longitude, latitude], zoom: 9 })
  }
  if (longitude !== null && latitude !== null) show(longitude, latitude)
  map.on('click', (event) => mark(event.lngLat))
  map.getCanvas().addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault()
      mark(map.getCenter())
    }
  })
  map.once('load', () => {
    container.dataset.ready = 'true'
  })
  return { show, remove: () => map.remove() }
}
