import { useEffect, useState } from 'preact/hooks'
import { PageHeader } from '../data/PageHeader'
import { Table } from '../data/Table'
import { lang } from '../i18n'
import { person } from '../people/people'
import { inLanguage } from '../state/language'
import { CasesNav } from './CasesNav'
import { ask, kinds, type ListedCode, loadKinds, sentenceOf, titleOfInstitution, titleOfKind } from './cases'
import { type Scheme, titleOfScheme } from './counts'
import { Failed } from './Failed'
import { SchemeForm } from './SchemeForm'
import { caseWords } from './words'

type Attempt = (work: () => Promise<unknown>) => Promise<void>

/** What institutions are called; the system's administrator makes others. */
function Institutions({ attempt }: { attempt: Attempt }) {
  const t = caseWords.value
  return (
    <section class="case-group">
      <h2>{t.institutions}</h2>
      <Table heads={[t.code, 'Español', 'English']}>
        {(kinds.value?.institutions ?? []).map((one) => (
          <tr key={one.id}>
            <td>{one.id}</td>
            <td>{one.title_es}</td>
            <td>{one.title_en}</td>
          </tr>
        ))}
      </Table>
      {person.value?.role === 'system_admin' && (
        <form
          class="data-import"
          onSubmit={(event) => {
            event.preventDefault()
            const form = event.currentTarget
            const told = new FormData(form)
            void attempt(async () => {
              await ask('PUT', `/api/institutions/${encodeURIComponent(String(told.get('id')))}`, {
                title_es: told.get('es'),
                title_en: told.get('en'),
                closed: told.has('closed'),
              })
              form.reset()
            })
          }}
        >
          <h3>{t.newInstitution}</h3>
          <div class="data-options">
            <label>
              <span>{t.code}</span>
              <input name="id" required autocomplete="off" />
            </label>
            <label>
              <span>Español</span>
              <input name="es" required autocomplete="off" />
            </label>
            <label>
              <span>English</span>
              <input name="en" required autocomplete="off" />
            </label>
            <label class="data-check">
              <input type="checkbox" name="closed" />
              <span>{t.closed}</span>
            </label>
          </div>
          <p class="data-actions">
            <button type="submit" class="button is-main">
              {t.save}
            </button>
          </p>
        </form>
      )}
    </section>
  )
}

/** The lists of an institution: codes are added, called otherwise, or no longer taken. */
function Lists({ institution, attempt }: { institution: string; attempt: Attempt }) {
  const t = caseWords.value
  const [list, setList] = useState('type')
  const [changed, setChanged] = useState<ListedCode | null>(null)
  const lists = (kinds.value?.kinds ?? []).filter((kind) => kind.is_listed).map(({ id }) => id)
  const codes = (kinds.value?.codes ?? []).filter(
    (one) => one.institution === institution && one.list === list,
  )
  const save = (code: string, told: Partial<ListedCode>) =>
    attempt(() =>
      ask('PUT', `/api/codes/${institution}/${list}/${encodeURIComponent(code)}`, {
        title_es: told.title_es,
        title_en: told.title_en,
        retired: told.retired ?? false,
        version: told.version ?? 0,
      }),
    )
  return (
    <section class="case-group">
      <h2>{t.lists}</h2>
      <p class="data-actions">
        {lists.map((id) => (
          <button
            key={id}
            type="button"
            class="link"
            aria-pressed={id === list}
            onClick={() => {
              setList(id)
              setChanged(null)
            }}
          >
            {titleOfKind(id)}
          </button>
        ))}
      </p>
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
      <form
        key={`${list} ${changed?.code ?? ''} ${changed?.version ?? 0}`}
        class="data-import"
        onSubmit={(event) => {
          event.preventDefault()
          const told = new FormData(event.currentTarget)
          void save(String(told.get('code')), {
            title_es: String(told.get('es')),
            title_en: String(told.get('en')),
            retired: changed?.retired ?? false,
            version: changed?.version ?? 0,
          }).then(() => setChanged(null))
        }}
      >
        <h3>{changed ? `${t.change}: ${changed.code}` : t.newCode(titleOfKind(list))}</h3>
        <div class="data-options">
          <label>
            <span>{t.code}</span>
            <input
              name="code"
              required
              readOnly={changed !== null}
              defaultValue={changed?.code ?? ''}
              autocomplete="off"
            />
          </label>
          <label>
            <span>Español</span>
            <input name="es" required defaultValue={changed?.title_es ?? ''} autocomplete="off" />
          </label>
          <label>
            <span>English</span>
            <input name="en" required defaultValue={changed?.title_en ?? ''} autocomplete="off" />
          </label>
        </div>
        <p class="data-actions">
          <button type="submit" class="button is-main">
            {t.save}
          </button>
        </p>
      </form>
    </section>
  )
}

/** Which cases an institution counts. */
function Schemes({ institution, attempt }: { institution: string; attempt: Attempt }) {
  const t = caseWords.value
  const [schemes, setSchemes] = useState<Scheme[]>([])
  const [fields, setFields] = useState<string[]>([])
  const [chosen, setChosen] = useState('')
  const [told, setTold] = useState('')
  const load = async () => {
    const there = await ask<{ schemes: Scheme[]; fields: string[] }>('GET', '/api/schemes')
    setSchemes(there.schemes.filter((scheme) => scheme.institution === institution))
    setFields(there.fields)
  }
  useEffect(() => {
    void attempt(load)
  }, [institution])
  const scheme = schemes.find(({ id }) => id === chosen)
  return (
    <section class="case-group">
      <h2>{t.schemes}</h2>
      <Table heads={[t.scheme, t.definition, t.version, t.change]}>
        {schemes.map((one) => (
          <tr key={one.id}>
            <td>{titleOfScheme(one)}</td>
            <td>{lang.value === 'en' ? one.definition_en : one.definition_es}</td>
            <td class="is-number">{one.version}</td>
            <td>
              <button type="button" class="link" onClick={() => setChosen(one.id)}>
                {t.change} <span class="visually-hidden">{titleOfScheme(one)}</span>
              </button>
            </td>
          </tr>
        ))}
      </Table>
      <p role="status">{told}</p>
      {scheme && (
        <SchemeForm
          key={`${scheme.id} ${scheme.version}`}
          scheme={scheme}
          fields={fields}
          save={(next) =>
            void attempt(async () => {
              const { id, ...body } = next
              const total = async () =>
                (await ask<{ total: number }>('GET', `/api/schemes/${id}/counts`)).total
              const before = await total()
              await ask('PUT', `/api/schemes/${id}`, body)
              setTold(t.schemeCounts(before, await total()))
              await load()
              setChosen('')
            })
          }
        />
      )}
    </section>
  )
}

/** Institutions, accounts, lists and schemes, for those who look after them. */
export function AdminPage() {
  const t = caseWords.value
  const own = person.value
  const isSystem = own?.role === 'system_admin'
  const may = isSystem || own?.role === 'institution_admin'
  const [institution, setInstitution] = useState(own?.institution ?? '')
  const [failed, setFailed] = useState('')
  const attempt: Attempt = async (work) => {
    setFailed('')
    try {
      await work()
      await loadKinds()
    } catch (error) {
      setFailed(sentenceOf(error))
    }
  }
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data" tabIndex={-1}>
        <CasesNav />
        <h1>{t.administration}</h1>
        <Failed text={failed} />
        {!may && <p>{t.notForYou}</p>}
        {may && (
          <>
            <p>
              <a class="link" href={inLanguage('/cuentas')}>
                {t.accounts}
              </a>
            </p>
            <Institutions attempt={attempt} />
            {isSystem && (
              <label class="case-group">
                {t.institution}{' '}
                <select value={institution} onChange={(event) => setInstitution(event.currentTarget.value)}>
                  {(kinds.value?.institutions ?? []).map(({ id }) => (
                    <option key={id} value={id}>
                      {titleOfInstitution(id)}
                    </option>
                  ))}
                </select>
              </label>
            )}
            <Lists institution={institution} attempt={attempt} />
            <Schemes institution={institution} attempt={attempt} />
          </>
        )}
      </main>
    </>
  )
}
