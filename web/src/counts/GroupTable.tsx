import { Table } from '../data/Table'
import { lang } from '../i18n'
import { formatNumber } from '../i18n/format'
import type { Behind } from './asked'
import { type Group, type Stamp, titleOfGroup } from './counts'
import { NumberLink } from './NumberLink'
import { countsWords } from './words'

interface Props {
  /** What the groups are of. */
  title: string
  by: string
  scheme: Stamp['scheme']
  groups: Group[]
  total: number
  /** Part of a month that they are groups of; of a day, all. */
  part: string
  hrefOf: (behind: Behind) => string
  show: (behind: Behind) => void
}

/** How many cases there are of each group. */
export function GroupTable({ title, by, scheme, groups, total, part, hrefOf, show }: Props) {
  const t = countsWords.value
  return (
    <Table heads={[title, t.cases, t.share]}>
      {groups.map(({ value, count }) => (
        <tr key={value}>
          <td>{titleOfGroup(by, scheme, value)}</td>
          <td class="is-number">
            <NumberLink count={count} behind={{ part, by, value: value ?? '' }} hrefOf={hrefOf} show={show} />
          </td>
          <td>
            <meter class="case-bar" min={0} max={total} value={count} aria-hidden="true" />{' '}
            {formatNumber((100 * count) / total, lang.value, 1)} %
          </td>
        </tr>
      ))}
    </Table>
  )
}
