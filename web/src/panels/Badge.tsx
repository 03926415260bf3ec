import { words } from '../i18n'
import type { Nature } from '../state/catalogue'

/** Says, wherever the data appears, that it is invented or only for demonstration. */
export function Badge({ nature }: { nature: Nature }) {
  if (nature === 'real') return null
  const t = words.value
  return <span class={`badge badge-${nature}`}>{nature === 'synthetic' ? t.synthetic : t.demonstration}</span>
}
