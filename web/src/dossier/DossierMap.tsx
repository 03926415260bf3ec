import type { Geometry, Position } from 'geojson'
import { formatNumber, lang } from '../i18n'
import { layers } from '../state/catalogue'
import { type Dossier, DRAWN, MOST_DRAWN } from './dossier'
import { dossierWords } from './words'

const WIDTH = 720
const HEIGHT = 480
const MARGIN = 0.15
/** Metres in a degree of latitude, nearly. */
const DEGREE_M = 110_900

const ringsOf = (geometry: Geometry): Position[][] => {
  if (geometry.type === 'Polygon') return geometry.coordinates
  if (geometry.type === 'MultiPolygon') return geometry.coordinates.flat()
  return []
}

/** The longest round length that is at most so many metres. */
export function roundLength(metres: number): number {
  const unit = 10 ** Math.floor(Math.log10(metres))
  return [5, 2, 1].map((step) => step * unit).find((length) => length <= metres) ?? unit
}

/** The subject and what lies on it, as a drawing that prints: no map of others below it. */
export function DossierMap({ dossier }: { dossier: Dossier }) {
  const t = dossierWords.value
  // A case of national scope has none.
  const own: Geometry | null = dossier.subject.geometry
  if (!own) return <p>{t.noPlace}</p>
  const rings = ringsOf(own)
  const places = own.type === 'Point' ? [own.coordinates] : rings.flat()
  if (places.length === 0) return <p>{t.noPlace}</p>
  const [xs, ys] = [0, 1].map((axis) => places.map((place) => place[axis] as number)) as [number[], number[]]
  const [west, east] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))]
  const [south, north] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))]
  const narrowing = Math.cos((((south + north) / 2) * Math.PI) / 180)
  // A place alone is shown with what is near it.
  const least = 0.09
  const [width, height] = [Math.max((east - west) * narrowing, least / 4), Math.max(north - south, least / 4)]
  const scale = Math.min(WIDTH / (width * (1 + 2 * MARGIN)), HEIGHT / (height * (1 + 2 * MARGIN)))
  const x = (lon: number) => WIDTH / 2 + (lon - (west + east) / 2) * narrowing * scale
  const y = (lat: number) => HEIGHT / 2 - (lat - (south + north) / 2) * scale
  const path = (geometry: Geometry) =>
    ringsOf(geometry)
      .map(
        (ring) =>
          `M${ring.map(([lon, lat]) => `${x(lon as number).toFixed(1)} ${y(lat as number).toFixed(1)}`).join('L')}Z`,
      )
      .join('')
  const colorOf = (id: string) =>
    layers.value.find((layer) => layer.id === id)?.style.default_color ?? '#555555'
  const bar = roundLength(((WIDTH / 4) * DEGREE_M) / scale)
  const barWidth = (bar / DEGREE_M) * scale
  const shown = [...new Set(dossier.shapes.map(({ layer }) => layer))]
  const corner = (lon: number, lat: number) =>
    `${formatNumber(lat, lang.value, 4)}, ${formatNumber(lon, lang.value, 4)}`
  const lonOf = (at: number) => (at - WIDTH / 2) / (narrowing * scale) + (west + east) / 2
  const latOf = (at: number) => (HEIGHT / 2 - at) / scale + (south + north) / 2
  return (
    <figure class="dossier-map">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t.map}>
        <rect width={WIDTH} height={HEIGHT} class="dossier-ground" />
        {dossier.shapes.map(({ layer, geometry }, at) =>
          geometry.type === 'Point' ? (
            <circle
              key={at}
              cx={x(geometry.coordinates[0] as number)}
              cy={y(geometry.coordinates[1] as number)}
              r="5"
              fill={colorOf(layer)}
              stroke="#fff"
            />
          ) : (
            <path
              key={at}
              d={path(geometry)}
              fill={colorOf(layer)}
              fill-opacity="0.2"
              fill-rule="evenodd"
              stroke={colorOf(layer)}
              stroke-width="1.2"
            />
          ),
        )}
        {own.type === 'Point' ? (
          <circle cx={x(xs[0] as number)} cy={y(ys[0] as number)} r="8" class="dossier-subject" />
        ) : (
          <path d={path(own)} class="dossier-subject" fill-rule="evenodd" />
        )}
        <g class="dossier-frame">
          <path d={`M20 ${HEIGHT - 24}v6h${barWidth}v-6`} />
          <text x={20 + barWidth + 6} y={HEIGHT - 18}>
            {bar >= 1000
              ? `${formatNumber(bar / 1000, lang.value)} km`
              : `${formatNumber(bar, lang.value)} m`}
          </text>
          <path d={`M${WIDTH - 26} 44V16l-7 12h14l-7 -12`} />
          <text x={WIDTH - 26} y="60" text-anchor="middle">
            N
          </text>
          <text x="8" y="16">
            {corner(lonOf(0), latOf(0))}
          </text>
          <text x={WIDTH - 8} y={HEIGHT - 8} text-anchor="end">
            {corner(lonOf(WIDTH), latOf(HEIGHT))}
          </text>
        </g>
      </svg>
      <figcaption>
        <span>
          <i style={{ background: 'none', borderColor: 'currentColor' }} /> {dossier.name}
        </span>
        {shown.map((id) => (
          <span key={id}>
            <i style={{ background: colorOf(id) }} />{' '}
            {layers.value.find((layer) => layer.id === id)?.title[lang.value]}
          </span>
        ))}
        <small>
          {t.mapNote}
          {dossier.overlaps
            .filter(({ question, totals }) => DRAWN.includes(question.b) && totals.pairs > MOST_DRAWN)
            .map(
              ({ layers: asked, totals }) =>
                ` ${t.left(asked.b.title[lang.value], totals.pairs - MOST_DRAWN)}`,
            )}
        </small>
      </figcaption>
    </figure>
  )
}
