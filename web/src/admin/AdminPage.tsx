import { useState } from 'preact/hooks'
import { CasesNav } from '../cases/CasesNav'
import { kinds, titleOfInstitution } from '../cases/cases'
import { PageHeader } from '../data/PageHeader'
import { person } from '../people/people'
import { inLanguage } from '../state/language'
import { Institutions } from './Institutions'
import { Schemes } from './Schemes'
import { Vocabulary } from './Vocabulary'
import { adminWords } from './words'

/** Institutions, accounts, lists and schemes, for those who look after them. */
export function AdminPage() {
  const t = adminWords.value
  const own = person.value
  const isSystem = own?.role === 'system_admin'
  const may = isSystem || own?.role === 'institution_admin'
  const [institution, setInstitution] = useState(own?.institution ?? '')
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data" tabIndex={-1}>
        <CasesNav />
        <h1>{t.administration}</h1>
        {!may && <p>{t.notForYou}</p>}
        {may && (
          <>
            <p>
              <a class="link" href={inLanguage('/cuentas')}>
                {t.accounts}
              </a>
            </p>
            <Institutions />
            {isSystem && (
              <label class="case-group">
                {t.whose}{' '}
                <select value={institution} onChange={(event) => setInstitution(event.currentTarget.value)}>
                  {(kinds.value?.institutions ?? []).map(({ id }) => (
                    <option key={id} value={id}>
                      {titleOfInstitution(id)}
                    </option>
                  ))}
                </select>
              </label>
            )}
            <Vocabulary institution={institution} />
            <Schemes institution={institution} />
          </>
        )}
      </main>
    </>
  )
}
