import { useSignal } from '@preact/signals'
import { formatNumber, lang } from '../i18n'
import type { Change, Changes } from './changesMap'
import { csvCell, save } from './job'
import { Table } from './Table'
import { dataWords } from './words'

/** Rows that are shown at once. */
const SHOWN = 50

const textOf = (value: unknown) => (value === null || value === undefined ? '–' : String(value))

/** What an import does to each feature, in words. */
export function ChangesTable({ changes, names }: { changes: Changes; names: Record<string, string> }) {
  const t = dataWords.value
  const shown = useSignal(SHOWN)
  const hectares = (area: number | null) => (area === null ? '' : formatNumber(area, lang.value, 2))
  const told = ({ fields, area_before_ha, area_after_ha, distance_m }: Change) =>
    [
      ...fields.map(({ field, before, after }) => `${field}: ${textOf(before)} → ${textOf(after)}`),
      area_before_ha !== null && area_after_ha !== null && distance_m
        ? `${hectares(area_before_ha)} → ${hectares(area_after_ha)} ha, ${formatNumber(distance_m, lang.value, 1)} m`
        : '',
    ]
      .filter(Boolean)
      .join('; ')
  const all = changes.features.map(({ properties }) => properties)
  const csv = () => {
    const rows = all.map((change) =>
      [
        names[change.kind] ?? change.kind,
        change.key,
        change.name ?? '',
        change.department ?? '',
        told(change),
      ].map(csvCell),
    )
    const heads = [t.kindOfChange, t.code, t.element, t.department, t.note].map(csvCell)
    save('cambios.csv', [heads, ...rows].map((row) => row.join(',')).join('\r\n'), 'text/csv')
  }
  return (
    <details>
      <summary>{t.listOfChanges(formatNumber(all.length, lang.value))}</summary>
      <Table heads={[t.kindOfChange, t.code, t.element, t.department, t.note]}>
        {all.slice(0, shown.value).map((change) => (
          <tr key={`${change.kind} ${change.id} ${change.key}`}>
            <td>{names[change.kind] ?? change.kind}</td>
            <td>{change.key}</td>
            <td>{change.name}</td>
            <td>{change.department}</td>
            <td>{told(change)}</td>
          </tr>
        ))}
      </Table>
      <p class="data-actions">
        {all.length > shown.value && (
          <button
            type="button"
            class="link"
            onClick={() => {
              shown.value += SHOWN
            }}
          >
            {t.more(formatNumber(all.length - shown.value, lang.value))}
          </button>
        )}
        <button type="button" class="link" onClick={csv}>
          {t.downloadChangesCsv}
        </button>
      </p>
    </details>
  )
}
