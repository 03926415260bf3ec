import { useState } from 'preact/hooks'
import { ask, kinds } from '../cases/cases'
import { Failed } from '../cases/Failed'
import { Table } from '../data/Table'
import { person } from '../people/people'
import { useAttempt } from './attempt'
import { Titles } from './Titles'
import { adminWords } from './words'

/** What institutions are called; the system's administrator makes others. */
export function Institutions() {
  const t = adminWords.value
  const [attempt, failed] = useAttempt()
  const [changed, setChanged] = useState('')
  const isSystem = person.value?.role === 'system_admin'
  const institutions = kinds.value?.institutions ?? []
  const own = institutions.find(({ id }) => id === changed)
  const save = (form: HTMLFormElement) => {
    const told = new FormData(form)
    const body = { title_es: told.get('es'), title_en: told.get('en'), closed: told.has('closed') }
    // Nothing that is there is changed by making another.
    const headers: Record<string, string> = own ? {} : { 'if-none-match': '*' }
    return attempt(async () => {
      await ask('PUT', `/api/institutions/${encodeURIComponent(String(told.get('code')))}`, body, headers)
      form.reset()
      setChanged('')
    })
  }
  return (
    <section class="case-group" data-part="institutions">
      <h2>{t.institutions}</h2>
      <Table heads={[t.code, 'Español', 'English', ...(isSystem ? [t.change] : [])]}>
        {institutions.map((one) => (
          <tr key={one.id}>
            <td>
              {one.id}
              {one.closed && <small class="case-code">{t.isClosed}</small>}
            </td>
            <td>{one.title_es}</td>
            <td>{one.title_en}</td>
            {isSystem && (
              <td>
                <button type="button" class="link" onClick={() => setChanged(one.id)}>
                  {t.change} <span class="visually-hidden">{one.id}</span>
                </button>
              </td>
            )}
          </tr>
        ))}
      </Table>
      {isSystem && (
        <form
          key={changed}
          class="data-import"
          onSubmit={(event) => {
            event.preventDefault()
            void save(event.currentTarget)
          }}
        >
          <h3>{own ? t.changeOf(own.id) : t.newInstitution}</h3>
          <div class="data-options">
            <Titles code={own?.id} es={own?.title_es} en={own?.title_en} />
            {own && (
              <label class="data-check">
                <input type="checkbox" name="closed" defaultChecked={own.closed} />
                <span>{t.closed}</span>
              </label>
            )}
          </div>
          <Failed text={failed} />
          <p class="data-actions">
            <button type="submit" class="button is-main">
              {t.save}
            </button>
            {own && (
              <button type="button" class="button" onClick={() => setChanged('')}>
                {t.cancel}
              </button>
            )}
          </p>
        </form>
      )}
    </section>
  )
}
