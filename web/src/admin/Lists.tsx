import { useState } from 'preact/hooks'
import { ask, kinds, type ListedCode, titleOfKind } from '../cases/cases'
import { Failed } from '../cases/Failed'
import { Table } from '../data/Table'
import { useAttempt } from './attempt'
import { Titles } from './Titles'
import { adminWords } from './words'

interface Props {
  institution: string
  /** Kind of facts whose list it is. */
  list: string
}

/** A list of an institution: codes are added, called otherwise, or no longer taken. */
export function Lists({ institution, list }: Props) {
  const t = adminWords.value
  const [attempt, failed] = useAttempt()
  const [changed, setChanged] = useState<ListedCode | null>(null)
  const codes = (kinds.value?.codes ?? []).filter(
    (one) => one.institution === institution && one.list === list,
  )
  const save = (code: string, told: Partial<ListedCode>) =>
    attempt(async () => {
      await ask('PUT', `/api/codes/${institution}/${list}/${encodeURIComponent(code)}`, {
        title_es: told.title_es,
        title_en: told.title_en,
        retired: told.retired ?? false,
        version: told.version ?? 0,
      })
      setChanged(null)
    })
  return (
    <>
      <Table heads={[t.code, 'Español', 'English', t.version, t.change]}>
        {codes.map((one) => (
          <tr key={one.code}>
            <td>
              {one.code}
              {one.retired && <small class="case-code">{t.retired}</small>}
            </td>
            <td>{one.title_es}</td>
            <td>{one.title_en}</td>
            <td class="is-number">{one.version}</td>
            <td>
              <button type="button" class="link" onClick={() => setChanged(one)}>
                {t.change} <span class="visually-hidden">{one.code}</span>
              </button>{' '}
              <button
                type="button"
                class="link"
                onClick={() => void save(one.code, { ...one, retired: !one.retired })}
              >
                {one.retired ? t.takeAgain : t.retire} <span class="visually-hidden">{one.code}</span>
              </button>
            </td>
          </tr>
        ))}
      </Table>
      {codes.length === 0 && <p>{t.noCodes}</p>}
      <form
        key={`${changed?.code ?? ''} ${changed?.version ?? 0} ${codes.length}`}
        class="data-import"
        onSubmit={(event) => {
          event.preventDefault()
          const told = new FormData(event.currentTarget)
          void save(String(told.get('code')), {
            title_es: String(told.get('es')),
            title_en: String(told.get('en')),
            retired: changed?.retired ?? false,
            version: changed?.version ?? 0,
          })
        }}
      >
        <h3>{changed ? t.changeOf(changed.code) : t.newCode(titleOfKind(list))}</h3>
        <div class="data-options">
          <Titles code={changed?.code} es={changed?.title_es} en={changed?.title_en} />
        </div>
        <Failed text={failed} />
        <p class="data-actions">
          <button type="submit" class="button is-main">
            {t.save}
          </button>
          {changed && (
            <button type="button" class="button" onClick={() => setChanged(null)}>
              {t.cancel}
            </button>
          )}
        </p>
      </form>
    </>
  )
}
