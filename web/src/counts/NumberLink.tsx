import { lang } from '../i18n'
import { formatNumber } from '../i18n/format'
import type { Behind } from './asked'
import { countsWords } from './words'

interface Props {
  count: number
  behind: Behind
  hrefOf: (behind: Behind) => string
  show: (behind: Behind) => void
}

/** A number that leads to its cases. */
export function NumberLink({ count, behind, hrefOf, show }: Props) {
  const t = countsWords.value
  const text = formatNumber(count, lang.value)
  if (count === 0) return <>{text}</>
  return (
    <a
      class="link"
      href={hrefOf(behind)}
      title={t.behind}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        show(behind)
      }}
    >
      {text}
    </a>
  )
}
