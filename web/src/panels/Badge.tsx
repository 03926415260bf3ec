import { words } from '../i18n'
import type { Nature } from '../state/catalogue'

/** Says, wherever the data appears, that it is invented or only for demonstration, and of what where that is not plain. */
export function Badge({ nature, of }: { nature: Nature; of?: string }) {
  if (nature === 'real') return null
  const t = words.value
  const said = nature === 'synthetic' ? t.synthetic : t.demonstration
  return <span class={`badge badge-${nature}`}>{of ? `${said}: ${of}` : said}</span>
}
