import type { Feature } from 'geojson'
import { useEffect, useState } from 'preact/hooks'
import { inLanguage } from '../state/language'
import { ask, type Fact, titleOfLayer } from './cases'

/** The feature of a layer that a case is linked with, by its name and on the map. */
export function LinkedFeature({ fact }: { fact: Fact }) {
  const [layer, id] = [String(fact.layer), Number(fact.feature)]
  const [name, setName] = useState<string | null>(null)
  useEffect(() => {
    let gone = false
    setName(null)
    ask<Feature>('GET', `/ogc/collections/${layer}/items/${id}`)
      .then(({ properties }) => !gone && setName(properties?.name ?? properties?.code ?? null))
      .catch(() => {})
    return () => {
      gone = true
    }
  }, [layer, id])
  return (
    <p>
      {titleOfLayer(layer)}:{' '}
      <a class="link" href={inLanguage(`/mapa?sel=${layer}.${id}`)}>
        {name ?? id}
      </a>
      {typeof fact.text === 'string' && ` · ${fact.text}`}
    </p>
  )
}
