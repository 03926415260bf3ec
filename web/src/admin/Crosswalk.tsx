import { useEffect, useState } from 'preact/hooks'
import { ask, kinds, titleOfCode, titleOfInstitution } from '../cases/cases'
import { Failed } from '../cases/Failed'
import { Table } from '../data/Table'
import { useAttempt } from './attempt'
import { adminWords } from './words'

/** What another institution calls the same. */
interface Match {
  institution: string
  list: string
  code: string
  to_institution: string
  to_code: string
  relation: 'exact' | 'broader' | 'narrower'
}

interface Props {
  institution: string
  list: string
}

/** What other institutions call the codes of a list: by this their counts and the map tell a case in one vocabulary. */
export function Crosswalk({ institution, list }: Props) {
  const t = adminWords.value
  const [attempt, failed] = useAttempt()
  const [matches, setMatches] = useState<Match[]>([])
  const [to, setTo] = useState('')
  const load = async () => {
    setMatches((await ask<{ matches: Match[] }>('GET', '/api/codes')).matches)
  }
  useEffect(() => {
    void attempt(load)
  }, [])
  const codesOf = (whose: string) =>
    (kinds.value?.codes ?? []).filter((one) => one.institution === whose && one.list === list)
  const titleOf = (whose: string, code: string) => {
    const found = codesOf(whose).find((one) => one.code === code)
    return found ? titleOfCode(found) : code
  }
  const own = codesOf(institution)
  const having = new Set(
    (kinds.value?.codes ?? []).filter((one) => one.list === list).map((one) => one.institution),
  )
  const others = [...having].filter((id) => id !== institution).sort()
  const other = others.includes(to) ? to : others.includes('defensoria') ? 'defensoria' : (others[0] ?? '')
  const rows = matches.filter((one) => one.institution === institution && one.list === list)
  const pathOf = (code: string, whose: string) =>
    `/api/codes/${institution}/${list}/${encodeURIComponent(code)}/matches/${whose}`
  return (
    <>
      <h3>{t.crosswalk}</h3>
      <p class="case-note">{t.crosswalkHint}</p>
      {rows.length > 0 && (
        <Table heads={[titleOfInstitution(institution), t.relation, t.otherWord, t.change]}>
          {rows.map((one) => (
            <tr key={`${one.code} ${one.to_institution}`}>
              <td>
                {titleOf(institution, one.code)} <small class="case-code">{one.code}</small>
              </td>
              <td>{t.relations[one.relation]}</td>
              <td>
                {titleOf(one.to_institution, one.to_code)}{' '}
                <small class="case-code">{titleOfInstitution(one.to_institution)}</small>
              </td>
              <td>
                <button
                  type="button"
                  class="link"
                  onClick={() =>
                    void attempt(async () => {
                      await ask('DELETE', pathOf(one.code, one.to_institution))
                      await load()
                    })
                  }
                >
                  {t.unmatch} <span class="visually-hidden">{one.code}</span>
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {rows.length === 0 && <p>{t.noMatches}</p>}
      {own.length > 0 && others.length > 0 && (
        <form
          class="data-import"
          data-part="match"
          onSubmit={(event) => {
            event.preventDefault()
            const told = new FormData(event.currentTarget)
            void attempt(async () => {
              await ask('PUT', pathOf(String(told.get('own')), other), {
                code: told.get('code'),
                relation: told.get('relation'),
              })
              await load()
            })
          }}
        >
          <div class="data-options">
            <label>
              <span>{t.ownCode}</span>
              <select name="own" required>
                {own.map((one) => (
                  <option key={one.code} value={one.code}>
                    {titleOfCode(one)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              <span>{t.relation}</span>
              <select name="relation">
                {Object.entries(t.relations).map(([relation, title]) => (
                  <option key={relation} value={relation}>
                    {title}
                  </option>
                ))}
              </select>
            </label>
            <label>
              <span>{t.institution}</span>
              <select value={other} onChange={(event) => setTo(event.currentTarget.value)}>
                {others.map((id) => (
                  <option key={id} value={id} selected={id === other}>
                    {titleOfInstitution(id)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              <span>{t.otherWord}</span>
              <select key={other} name="code" required>
                {codesOf(other)
                  .filter((one) => !one.retired)
                  .map((one) => (
                    <option key={one.code} value={one.code}>
                      {titleOfCode(one)}
                    </option>
                  ))}
              </select>
            </label>
          </div>
          <Failed text={failed} />
          <p class="data-actions">
            <button type="submit" class="button is-main">
              {t.match}
            </button>
          </p>
        </form>
      )}
    </>
  )
}
