import { Table } from '../data/Table'
import { lang } from '../i18n'
import { formatNumber } from '../i18n/format'
import type { Behind } from './asked'
import type { Group, Month } from './counts'
import { GroupTable } from './GroupTable'
import { NumberLink } from './NumberLink'
import { countsWords } from './words'

interface Props {
  month: Month
  hrefOf: (behind: Behind) => string
  show: (behind: Behind) => void
}

/** A month of a scheme, as a monthly report tells it. */
export function MonthCounts({ month, hrefOf, show }: Props) {
  const t = countsWords.value
  const number = (count: number) => formatNumber(count, lang.value)
  const parts: [string, number][] = [
    ['before', month.total_before],
    ['new', month.new],
    ['came_back', month.came_back],
    ['left', month.left],
    ['resolved', month.resolved],
    ['withdrawn', month.withdrawn],
    ['total', month.total],
  ]
  const sides = ({ state, civilian }: { state: number; civilian: number }) =>
    `${number(state + civilian)} (${t.bySide(number(state), number(civilian))})`
  const environmental = month.by_activity.reduce((sum, { count }) => sum + count, 0)
  const tables: [string, string, Group[], number, string][] = [
    [t.groupings.state ?? '', 'state', month.by_state, month.total, 'total'],
    [t.groupings.phase ?? '', 'phase', month.by_phase, month.total, 'total'],
    [t.groupings.type ?? '', 'type', month.by_type, month.total, 'total'],
    [t.byActivity, 'activity', month.by_activity, environmental, 'environmental'],
    [t.newByType, 'type', month.new_by_type, month.new, 'new'],
  ]
  return (
    <>
      <Table heads={[t.figures, t.figure]}>
        {parts.map(([part, count]) => (
          <tr key={part}>
            <td>{t.parts[part]}</td>
            <td class="is-number">
              <NumberLink count={count} behind={{ part, by: '', value: '' }} hrefOf={hrefOf} show={show} />
            </td>
          </tr>
        ))}
        <tr>
          <td>{t.acts}</td>
          <td class="is-number">{number(month.protest_acts)}</td>
        </tr>
        <tr>
          <td>{t.dead}</td>
          <td class="is-number">{sides(month.dead)}</td>
        </tr>
        <tr>
          <td>{t.injured}</td>
          <td class="is-number">{sides(month.injured)}</td>
        </tr>
      </Table>
      {tables.map(
        ([title, by, groups, total, part]) =>
          groups.length > 0 && (
            <GroupTable
              key={title}
              title={title}
              by={by}
              scheme={month.scheme}
              groups={groups}
              total={total}
              part={part}
              hrefOf={hrefOf}
              show={show}
            />
          ),
      )}
    </>
  )
}
