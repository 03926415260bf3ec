import { formatDate, formatNumber, lang } from '../i18n'
import { layerById } from '../state/catalogue'
import { ChangesMap } from './ChangesMap'
import { Facts } from './Facts'
import { ask, type Job, problemsCsv, type Report, type RowNote, save } from './job'
import { Said } from './Said'
import { said } from './sentences'
import { Table } from './Table'
import { dataWords } from './words'

/** Rows that are shown before they are only counted. */
const SHOWN = 100

/** The map, near enough to see one area. */
const mapAt = ([lon, lat]: [number, number]) => `/mapa#m=13/${lat.toFixed(4)}/${lon.toFixed(4)}`

function Notes({ title, notes, total }: { title: string; notes: RowNote[]; total: number }) {
  const t = dataWords.value
  if (total === 0) return null
  return (
    <details>
      <summary>
        {title}: {formatNumber(total, lang.value)}
      </summary>
      <Table heads={[t.row, t.element, t.note, t.place]}>
        {notes.slice(0, SHOWN).map((note) => (
          <tr key={`${note.row} ${note.note}`}>
            <td>{note.row}</td>
            <td>{note.feature}</td>
            <td>
              <Said text={note.note} />
            </td>
            <td>
              {note.place && (
                <a href={mapAt(note.place)} target="_blank" rel="noopener">
                  {note.place.map((side) => side.toFixed(4)).join(', ')}
                </a>
              )}
            </td>
          </tr>
        ))}
      </Table>
      {total > SHOWN && <p>{t.more(formatNumber(total - SHOWN, lang.value))}</p>}
    </details>
  )
}

function Departments({ report }: { report: Report }) {
  const t = dataWords.value
  const rows = Object.entries(report.by_department).sort(([a], [b]) => a.localeCompare(b, lang.value))
  if (rows.length === 0) return null
  const number = (value: number) => formatNumber(value, lang.value)
  const area = (value: number) => (value ? ` (${formatNumber(value, lang.value, 2)} ha)` : '')
  return (
    <Table heads={[t.department, t.added, t.removed, t.moved, t.changed]}>
      {rows.map(([department, counts]) => (
        <tr key={department}>
          <td>{department || t.none}</td>
          <td>{number(counts.added) + area(counts.added_ha)}</td>
          <td>{number(counts.removed) + area(counts.removed_ha)}</td>
          <td>{number(counts.moved) + area(counts.moved_ha)}</td>
          <td>{number(counts.changed)}</td>
        </tr>
      ))}
    </Table>
  )
}

/** What a file holds, what is doubtful, and what it does to the layer. */
export function ReportView({ job, report }: { job: Job; report: Report }) {
  const t = dataWords.value
  const number = (value: number, digits = 0) => formatNumber(value, lang.value, digits)
  const { merge, shift } = report
  const had = merge.removed + merge.changed + merge.unchanged
  const day = report.valid_on ? t.of(formatDate(report.valid_on, lang.value)) : t.today
  const layer = layerById(job.layer)?.title[lang.value] ?? job.layer
  const warnings = [
    ...Object.entries(report.known_elsewhere).map(([source, count]) => t.bothSources(number(count), source)),
    ...(merge.removed * 2 > had ? [t.removesMost(number(merge.removed), number(had))] : []),
    ...(report.valid_on && report.valid_on > new Date().toLocaleDateString('sv') ? [t.future] : []),
  ]
  const facts: [string, string][] = [
    [t.into, t.intoSource(layer, report.source, day)],
    [t.found, said(report.crs_found, lang.value).text],
    [t.used, said(report.datum_operation, lang.value).text],
    [t.read, number(report.read)],
    [t.accepted, number(report.accepted)],
    ...(report.without_geometry
      ? ([[t.withoutPlace, number(report.without_geometry)]] as [string, string][])
      : []),
    [
      job.state === 'committed' ? t.did : t.wouldDo,
      t.changes(number(merge.added), number(merge.changed), number(merge.removed)) +
        (merge.demonstration_removed ? t.givesWay(number(merge.demonstration_removed)) : ''),
    ],
  ]
  const changes = async () => {
    const answer = await ask(`/api/imports/${job.id}/changes`)
    save('changes.geojson', await answer.text(), 'application/geo+json')
  }
  return (
    <>
      {report.same_as && <p>{t.sameFile}</p>}
      {warnings.map((warning) => (
        <p key={warning} class="data-failed" role="alert">
          {warning}
        </p>
      ))}
      {shift && (
        <p class="data-failed" role="alert">
          {t.shift(
            number(shift.moved),
            number(shift.matched),
            number(Math.hypot(shift.east_m, shift.north_m), 1),
          )}
        </p>
      )}
      <Facts facts={facts} />
      {job.state === 'examined' && <ChangesMap id={job.id} report={report} />}
      <Departments report={report} />
      <Notes title={t.rejected} notes={report.rejected} total={report.rejected.length} />
      <Notes title={t.notes} notes={report.notes} total={report.notes.length} />
      <Notes title={t.repaired} notes={report.repaired} total={report.repaired.length} />
      <Notes title={t.twins} notes={report.same_geometry} total={report.same_geometry.length} />
      {report.area_differs.map(([field, doubts]) => (
        <Notes key={field} title={t.differs(field)} notes={doubts.first} total={doubts.total} />
      ))}
      <Notes title={t.elsewhere} notes={report.elsewhere.first} total={report.elsewhere.total} />
      <Notes title={t.slivers} notes={report.slivers.first} total={report.slivers.total} />
      {report.grid.length > 0 && (
        <details>
          <summary>{t.grid}</summary>
          <ul>
            {report.grid.map(({ system, median_m }) => (
              <li key={system}>
                {number(median_m, 2)} m: {system}
              </li>
            ))}
          </ul>
        </details>
      )}
      <p class="data-actions">
        <button
          type="button"
          class="link"
          onClick={() => save('problems.csv', problemsCsv(report, lang.value), 'text/csv')}
        >
          {t.downloadProblems}
        </button>
        <button type="button" class="link" onClick={changes}>
          {t.downloadChanges}
        </button>
      </p>
    </>
  )
}
