import { changesUrl } from '../api/requests'
import type { ChangedCase, ChangeKind } from '../api/types'
import { formatDate, formatValue, lang, readablePlace, words } from '../i18n'
import { CASES, layerById } from '../state/catalogue'
import { CHANGES, changes, comparedSince, endOfLastMonth, retryChanges, shownChanges } from '../state/changes'
import { chosenDepartment } from '../state/filters'
import { inLanguage } from '../state/language'
import { problems } from '../state/problems'
import { offer } from '../state/selection'
import { ChangeMark } from './ChangeMark'
import { CopyButton } from './CopyButton'
import { Count } from './Count'

const today = () => new Date().toISOString().slice(0, 10)

/** How a case stood, in words: `Activo (Crisis)`. */
export function standingOf({ before, after }: ChangedCase): string {
  const layer = layerById(CASES)
  const say = (name: string, code: string | null) => {
    const field = layer?.fields.find((one) => one.name === name)
    return field ? formatValue(field, code, lang.value, words.value) : code
  }
  const tell = ({ state, phase }: { state: string; phase: string | null }) =>
    [say('state', state), phase && `(${say('phase', phase)})`].filter(Boolean).join(' ')
  return before ? `${tell(before)} → ${tell(after)}` : tell(after)
}

/** What changed, as a text to paste into a message. */
function textOfChanges(): string {
  const t = words.value
  const answer = changes.value
  if (!answer) return ''
  const shown = shownChanges.value
  const of = (kind: ChangeKind) => shown.filter(({ change }) => change === kind)
  const line = (one: ChangedCase) =>
    `- ${one.name}${one.department ? ` (${readablePlace(one.department)})` : ''}: ${standingOf(one)}`
  const told = CHANGES.filter((kind) => of(kind).length > 0)
  const where = chosenDepartment.value ? readablePlace(chosenDepartment.value) : t.wholeCountry
  return [
    t.changesFrom(formatDate(answer.since, lang.value), formatDate(answer.until, lang.value), where),
    ...told.map((kind) => [`${t.changeKinds[kind]}: ${of(kind).length}`, ...of(kind).map(line)].join('\n')),
    ...(told.length === 0 ? [t.noChanges] : []),
    t.changesData(answer.revision, location.href),
  ].join('\n\n')
}

function openList(kind: ChangeKind): void {
  const candidates = shownChanges.value
    .filter(({ change }) => change === kind)
    .map(({ feature, name, after, synthetic }) => ({
      layer: CASES,
      id: Number(feature),
      name: name ?? '',
      category: after.state,
      synthetic,
    }))
  offer({ kind: 'changes', candidates, bbox: null, at: null }, true)
}

/** What changed since a day: how many cases of each kind, each number with its list. */
export function ChangesFilter() {
  const t = words.value
  const since = comparedSince.value
  const answer = changes.value
  const isFailed = problems.value.some(({ about }) => about === 'changes')
  const shown = shownChanges.value
  const elsewhere = (answer?.number_matched ?? 0) - shown.length
  return (
    <fieldset class="changes">
      <legend>{t.whatChanged}</legend>
      <label class="changes-since">
        <span>{t.changedSince}</span>
        <input
          type="date"
          max={today()}
          value={since ?? ''}
          onChange={(event) => {
            comparedSince.value = event.currentTarget.value || null
          }}
        />
      </label>
      <p class="changes-tools">
        {since === null ? (
          <button
            type="button"
            class="link"
            onClick={() => {
              comparedSince.value = endOfLastMonth(new Date())
            }}
          >
            {t.sinceLastReport(formatDate(endOfLastMonth(new Date()), lang.value))}
          </button>
        ) : (
          <button
            type="button"
            class="link"
            onClick={() => {
              comparedSince.value = null
            }}
          >
            {t.hideChanges}
          </button>
        )}
      </p>
      {isFailed && (
        <p role="alert">
          {t.failed(t.whatChanged)}{' '}
          <button type="button" class="link" onClick={retryChanges}>
            {t.retry}
          </button>
        </p>
      )}
      {answer && (
        <>
          <ul class="changes-kinds">
            {CHANGES.map((kind) => {
              const count = shown.filter(({ change }) => change === kind).length
              return (
                <li key={kind}>
                  <button type="button" class="state" disabled={count === 0} onClick={() => openList(kind)}>
                    <ChangeMark kind={kind} />
                    <span>{t.changeKinds[kind]}</span>
                    <Count value={count} />
                  </button>
                </li>
              )
            })}
          </ul>
          <p class="visually-hidden" role="status">
            {t.changesCount(shown.length)}
          </p>
          {shown.length === 0 && <p class="counts-scope">{t.noChanges}</p>}
          {elsewhere > 0 && <p class="counts-scope">{t.changesElsewhere(elsewhere)}</p>}
          <p class="changes-tools">
            <a
              class="link"
              href={inLanguage(
                `/comparar?a=${answer.since}${chosenDepartment.value ? `&dep=${encodeURIComponent(chosenDepartment.value)}` : ''}`,
              )}
            >
              {t.sideBySide}
            </a>
            <CopyButton icon="list" label={t.copyChanges} text={textOfChanges} />
            <CopyButton
              icon="code"
              label={t.copyQuery}
              text={() => location.origin + changesUrl(answer.since, chosenDepartment.value)}
            />
          </p>
        </>
      )}
    </fieldset>
  )
}
