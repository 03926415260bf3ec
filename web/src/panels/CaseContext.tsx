import type { Layer, Properties } from '../api/types'
import {
  DATE_PRECISION,
  formatPartialDate,
  formatPeriod,
  formatValue,
  lang,
  readablePlace,
  words,
} from '../i18n'
import { caseOrder } from '../state/filters'
import { Icon } from './Icon'

/** When the case began, or from when to when it went on: where time is what the list is ordered by. */
function timeOf({ started_on: start, ended_on: end, ...others }: Properties): string | null {
  if (caseOrder.value !== 'recent' || typeof start !== 'string') return null
  if (typeof end === 'string') return formatPeriod(start, end)
  return words.value.began(formatPartialDate(start, others[DATE_PRECISION], lang.value))
}

function codeIn(layer: Layer, name: string, properties: Properties): string | null {
  const field = layer.fields.find((candidate) => candidate.name === name)
  return field ? formatValue(field, properties[name], lang.value, words.value) : null
}

const placeOf = ({ department, province }: Properties) =>
  [department, province].map((name) => (typeof name === 'string' ? readablePlace(name) : null))

/** The second line of a case's row: what the order goes by, and where it is. */
export function CaseContext({ layer, properties }: { layer: Layer; properties: Properties }) {
  const parts = [codeIn(layer, 'phase', properties), ...placeOf(properties)].filter(Boolean)
  const time = timeOf(properties)
  return (
    <>
      <b>{codeIn(layer, 'state', properties)}</b> {parts.join(' · ')}
      {time && (
        <>
          {parts.length > 0 && ' · '}
          <span class="row-time">{time}</span>
        </>
      )}{' '}
      {properties.violence_recorded === true && (
        <span class="row-violence">
          <Icon name="warning" />
          {words.value.violence}
        </span>
      )}
    </>
  )
}
