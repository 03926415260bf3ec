import { useRef, useState } from 'preact/hooks'
import type { ApiError } from '../api/client'
import { Table } from '../data/Table'
import { formatMeasure, lang, readableName } from '../i18n'
import { layers } from '../state/catalogue'
import { type Answer, type Group, partOf } from './overlaps'
import { overlapWords } from './words'

/** What the pairs come to by groups: a field of either side, or the areas of another layer. */
export function TotalsTable({ answer }: { answer: Answer }) {
  const t = overlapWords.value
  const [by, setBy] = useState('')
  const [groups, setGroups] = useState<Group[]>([])
  const [failed, setFailed] = useState('')
  const [busy, setBusy] = useState(false)
  // What was chosen last: an answer to an earlier choice may come later.
  const wanted = useRef('')
  const choose = async (next: string) => {
    setBy(next)
    wanted.current = next
    setFailed('')
    setGroups([])
    setBusy(false)
    if (!next) return
    try {
      setBusy(true)
      const part = `totals?by=${encodeURIComponent(next)}`
      const { groups: found } = await partOf<{ groups: Group[] }>(answer.id, part)
      if (wanted.current === next) setGroups(found)
    } catch (error) {
      if (wanted.current === next) setFailed((error as ApiError).message)
    } finally {
      if (wanted.current === next) setBusy(false)
    }
  }
  const isEmpty = by !== '' && !busy && !failed && groups.length === 0
  const layerOf = (side: 'a' | 'b') => layers.value.find((layer) => layer.id === answer.layers[side].id)
  const fields = (side: 'a' | 'b') =>
    layerOf(side)?.fields.filter((field) => field.type === 'text' || field.type === 'code') ?? []
  const codes = fields(by.startsWith('b.') ? 'b' : 'a').find((field) => field.name === by.slice(2))?.codes
  const nameOf = (value: string | null) => {
    if (value === null) return t.notTold
    return codes?.find((code) => code.code === value)?.[lang.value] ?? readableName(value)
  }
  const number = (value: number | null, digits = 0) =>
    value === null ? '–' : formatMeasure(value, lang.value, digits)
  const names = [answer.layers.a, answer.layers.b].map((layer) => layer.title[lang.value])
  return (
    <section class="overlap-totals">
      <label class="overlap-order">
        <span>{t.totalsBy}</span>{' '}
        <select value={by} onChange={(event) => void choose(event.currentTarget.value)}>
          <option value="">{t.totalsNone}</option>
          {(['a', 'b'] as const).map((side, place) => (
            <optgroup key={side} label={names[place]}>
              {fields(side).map((field) => (
                <option key={field.name} value={`${side}.${field.name}`}>
                  {field.title[lang.value]}
                </option>
              ))}
            </optgroup>
          ))}
          <optgroup label={t.byAreas}>
            {layers.value
              .filter((layer) => layer.geometry === 'polygon')
              .map((layer) => (
                <option key={layer.id} value={layer.id}>
                  {layer.title[lang.value]}
                </option>
              ))}
          </optgroup>
        </select>
      </label>
      {busy && <progress aria-label={t.running} />}
      {failed && (
        <p class="data-failed" role="alert">
          {t.failed(failed)}
        </p>
      )}
      {isEmpty && <p>{t.none}</p>}
      {groups.length > 0 && (
        <Table heads={[t.totalsGroup, t.pairs, `${names[0]} (1)`, `${names[1]} (2)`, t.sum, t.covered]}>
          {groups.map((group) => (
            <tr key={`${group.value} ${group.id}`}>
              <td>{nameOf(group.value)}</td>
              <td class="is-number">{number(group.pairs)}</td>
              <td class="is-number">{number(group.features_a)}</td>
              <td class="is-number">{number(group.features_b)}</td>
              <td class="is-number">{number(group.sum_over_pairs_ha, 4)}</td>
              <td class="is-number">{number(group.covered_ha, 4)}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  )
}
