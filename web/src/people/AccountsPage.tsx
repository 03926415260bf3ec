import { useEffect, useState } from 'preact/hooks'
import { PageHeader } from '../data/PageHeader'
import { Table } from '../data/Table'
import { lang } from '../i18n'
import { CopyButton } from '../panels/CopyButton'
import { toSignIn } from './back'
import { Failed, Field, Form } from './Form'
import {
  type Account,
  attempt,
  call,
  institutionsThere,
  loadInstitutions,
  loadPerson,
  openInstitutions,
  person,
} from './people'
import { peopleWords } from './words'

interface AccountProps {
  /** The account that is changed; without one, one is made. */
  account?: Account
  /** It was made, with the link to give away, or changed. */
  done: (login: string, link: string | null) => Promise<void>
}

/** Makes an account, or changes one. */
function AccountForm({ account, done }: AccountProps) {
  const t = peopleWords.value
  const own = person.value
  const [role, setRole] = useState(account?.role ?? 'officer')
  const isSystem = own?.role === 'system_admin'
  const roles = Object.entries(t.roles).filter(([word]) => isSystem || word !== 'system_admin')
  const send = (told: FormData, form: HTMLFormElement) =>
    attempt(async () => {
      const codes = String(told.get('jurisdiction') ?? '').split(/[\s,]+/)
      const draft = {
        name: told.get('name'),
        role,
        institution: told.get('institution') ?? own?.institution,
        network_level: role === 'reporter' ? Number(told.get('level')) : null,
        jurisdiction: codes.filter(Boolean),
      }
      if (account) {
        const seen = { 'if-match': `"${account.version}"` }
        await call('PATCH', `/api/accounts/${account.id}`, draft, seen)
        return done(account.login, null)
      }
      const login = String(told.get('login') ?? '')
      const { invitation } = await call<{ invitation: string }>('POST', '/api/accounts', { login, ...draft })
      form.reset()
      setRole('officer')
      await done(login, invitation)
    })
  return (
    <Form
      title={account ? t.changeAccount(account.login) : t.newAccount}
      button={account ? t.save : t.make}
      send={(told, form) => void send(told, form)}
    >
      {!account && <Field label={t.login} name="login" hint={t.loginHint} />}
      <Field label={t.name} name="name" {...(account ? { value: account.name } : {})} />
      {isSystem && (
        <label>
          <span>{t.institution}</span>
          <select name="institution" required>
            {!account && <option value="">{t.chooseOne}</option>}
            {openInstitutions.value.map((each) => (
              <option key={each.id} value={each.id} selected={each.id === account?.institution}>
                {lang.value === 'en' ? each.title_en : each.title_es}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        <span>{t.role}</span>
        <select
          value={role}
          disabled={account !== undefined && account.id === own?.id}
          onChange={(event) => setRole(event.currentTarget.value)}
        >
          {roles.map(([word, name]) => (
            <option key={word} value={word}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {role === 'reporter' && (
        <label>
          <span>{t.level}</span>
          <select name="level">
            {[1, 2, 3].map((level) => (
              <option key={level} value={level} selected={level === account?.network_level}>
                {level}
              </option>
            ))}
          </select>
        </label>
      )}
      <Field
        label={t.jurisdiction}
        name="jurisdiction"
        required={false}
        {...(account ? { value: account.jurisdiction.join(', ') } : {})}
      />
    </Form>
  )
}

/** The accounts one looks after. */
export function AccountsPage() {
  const t = peopleWords.value
  const [accounts, setAccounts] = useState<Account[]>([])
  const [changing, setChanging] = useState<Account | null>(null)
  const [link, setLink] = useState<{ login: string; address: string } | null>(null)
  const mayManage = ['institution_admin', 'system_admin'].includes(person.value?.role ?? '')
  const load = async () => setAccounts((await call<{ accounts: Account[] }>('GET', '/api/accounts')).accounts)
  useEffect(() => {
    void loadPerson()
  }, [])
  useEffect(() => {
    if (!mayManage) return
    void attempt(async () => {
      await loadInstitutions()
      await load()
    })
  }, [mayManage])
  const setActive = (account: Account, active: boolean) =>
    attempt(async () => {
      await call(
        'PATCH',
        `/api/accounts/${account.id}`,
        { active },
        { 'if-match': `"${account.version}"` },
      ).finally(load)
    })
  const invite = (account: Account) =>
    attempt(async () => {
      const path = `/api/accounts/${account.id}/invitation`
      const { invitation } = await call<{ invitation: string }>('POST', path)
      setLink({ login: account.login, address: invitation })
    })
  const stateOf = (account: Account) => {
    if (!account.active) return t.gone
    return account.has_password ? t.active : t.waiting
  }
  const titleOf = (id: string) => {
    const found = institutionsThere.value.find((each) => each.id === id)
    return found ? (lang.value === 'en' ? found.title_en : found.title_es) : id
  }
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data" tabIndex={-1}>
        <h1>{t.accounts}</h1>
        <Failed />
        {person.value === null && (
          <p>
            {t.signInFirst}{' '}
            <a class="link" href={toSignIn()}>
              {t.enter}
            </a>
          </p>
        )}
        {person.value && !mayManage && <p>{t.notYours}</p>}
        {mayManage && (
          <>
            {link && (
              <p class="data-stale" role="status">
                {t.invitation(link.login)} <code>{link.address}</code>{' '}
                <CopyButton icon="link" label={t.copy} text={() => link.address} />
              </p>
            )}
            <Table heads={[t.login, t.name, t.institution, t.role, t.state, t.invite]}>
              {accounts.map((account) => (
                <tr key={account.id}>
                  <td>{account.login}</td>
                  <td>{account.name}</td>
                  <td>{titleOf(account.institution)}</td>
                  <td>
                    {t.roles[account.role]}
                    {account.network_level !== null && ` (${account.network_level})`}
                    {account.jurisdiction.length > 0 && `: ${account.jurisdiction.join(', ')}`}{' '}
                    <button type="button" class="link" onClick={() => setChanging(account)}>
                      {t.changeIt} <span class="visually-hidden">{account.login}</span>
                    </button>
                  </td>
                  <td>
                    {stateOf(account)}{' '}
                    {account.id !== person.value?.id && (
                      <button
                        type="button"
                        class="link"
                        onClick={() => {
                          if (!account.active || confirm(t.letGoSure(account.name)))
                            void setActive(account, !account.active)
                        }}
                      >
                        {account.active ? t.letGo : t.takeBack}{' '}
                        <span class="visually-hidden">{account.login}</span>
                      </button>
                    )}
                  </td>
                  <td>
                    {account.active && (
                      <button type="button" class="link" onClick={() => void invite(account)}>
                        {t.make} <span class="visually-hidden">{account.login}</span>
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
            <AccountForm
              key={changing?.id ?? 'new'}
              {...(changing ? { account: changing } : {})}
              done={async (login, address) => {
                setLink(address ? { login, address } : null)
                setChanging(null)
                await load()
              }}
            />
          </>
        )}
      </main>
    </>
  )
}
