import { useEffect, useRef, useState } from 'preact/hooks'
import { ask, failureIn, phaseOf, titleOfInstitution, wordOf } from '../cases/cases'
import { LoadFailed } from '../data/LoadFailed'
import { Table } from '../data/Table'
import { lang, words } from '../i18n'
import { formatDate, formatNumber } from '../i18n/format'
import { inLanguage } from '../state/language'
import { type Asked, type Behind, queryOf } from './asked'
import { type Listed, titleOfGroup } from './counts'
import { countsWords } from './words'

interface Props {
  asked: Asked & { behind: Behind }
  close: () => void
}

/** The cases behind a number. */
export function CasesBehind({ asked, close }: Props) {
  const t = countsWords.value
  const { behind } = asked
  const path = `/api/schemes/${asked.scheme}/cases?${queryOf(asked)}`
  const [told, setTold] = useState<Listed | null>(null)
  const [failed, setFailed] = useState<unknown>(null)
  const [tries, setTries] = useState(0)
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    let gone = false
    ask<Listed>('GET', path)
      .then((next) => {
        if (gone) return
        setTold(next)
        setFailed(null)
      })
      .catch((error) => !gone && setFailed(failureIn(error)))
    return () => {
      gone = true
    }
  }, [path, tries])
  // The reader is led to what was asked for.
  useEffect(() => {
    head.current?.scrollIntoView({ block: 'start' })
    head.current?.focus({ preventScroll: true })
  }, [path])
  const of = [
    asked.month ? t.parts[behind.part] : '',
    behind.by && told
      ? `${t.groupings[behind.by]}: ${titleOfGroup(behind.by, told.scheme, behind.value || null)}`
      : '',
  ].filter(Boolean)
  const [shown, all] = [told?.number_returned ?? 0, told?.number_matched ?? 0]
  return (
    <section class="case-group" data-part="behind">
      <h2 ref={head} tabIndex={-1}>
        {t.behind}
      </h2>
      {of.length > 0 && <p>{of.join(' · ')}</p>}
      {failed !== null && <LoadFailed error={failed} retry={() => setTries(tries + 1)} />}
      {!told && failed === null && <p role="status">{words.value.loading}</p>}
      {told && (
        <p role="status">
          {shown < all
            ? t.listedFirst(formatNumber(shown, lang.value), formatNumber(all, lang.value))
            : all === 0
              ? t.noneBehind
              : t.listed(all)}
        </p>
      )}
      {told && all > 0 && (
        <Table heads={[t.name, t.state, t.type, t.began, t.institution]}>
          {told.cases.map((one) => (
            <tr key={one.id}>
              <td>
                <a class="link" href={inLanguage(`/caso/${one.id}`)}>
                  {one.name ?? one.code}
                </a>
                <small class="case-code">{one.code}</small>
              </td>
              <td>
                {wordOf('state', one.state)}
                {one.phase && <small class="case-code">{phaseOf(one.phase)}</small>}
              </td>
              <td>{wordOf('type', one.type)}</td>
              <td>{one.started_on && formatDate(one.started_on, lang.value)}</td>
              <td>{titleOfInstitution(one.institution)}</td>
            </tr>
          ))}
        </Table>
      )}
      <p class="data-actions">
        <button type="button" class="button" onClick={close}>
          {t.closeList}
        </button>
      </p>
    </section>
  )
}
