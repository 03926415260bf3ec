import { signal } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import { PageHeader } from '../data/PageHeader'
import { lang } from '../i18n'
import { inLanguage } from '../state/language'
import { keepPageBefore, pageBefore, takePageBefore } from './back'
import { Failed, Field, Form } from './Form'
import {
  attempt,
  call,
  elsewhere,
  endedElsewhere,
  loadInstitutions,
  loadPerson,
  openInstitutions,
  type Person,
  person,
  secretInAddress,
} from './people'
import { Tokens } from './Tokens'
import { peopleWords } from './words'

const said = signal<'chosen' | 'changed' | null>(null)

interface Invitation {
  first_administrator: boolean
  login?: string
  name?: string
}

const text = (told: FormData, name: string) => String(told.get(name) ?? '')

/** Whoever follows a link chooses a password. */
function Invited({ secret, done }: { secret: string; done: () => void }) {
  const t = peopleWords.value
  const [invitation, setInvitation] = useState<Invitation | null>(null)
  useEffect(() => {
    void attempt(async () => {
      setInvitation(await call<Invitation>('POST', '/api/invitations', { secret }))
      await loadInstitutions()
    })
  }, [secret])
  if (!invitation) return null
  const send = (told: FormData) =>
    attempt(async () => {
      const first = invitation.first_administrator
        ? { login: text(told, 'login'), name: text(told, 'name'), institution: text(told, 'institution') }
        : {}
      await call('POST', '/api/invitations/accept', { secret, password: text(told, 'password'), ...first })
      history.replaceState(null, '', location.pathname + location.search)
      said.value = 'chosen'
      done()
    })
  return (
    <Form
      title={invitation.first_administrator ? t.first : t.choose(invitation.name ?? '')}
      button={t.save}
      send={(told) => void send(told)}
    >
      {invitation.first_administrator ? (
        <>
          <p>{t.firstHint}</p>
          <Field label={t.login} name="login" autocomplete="username" hint={t.loginHint} />
          <Field label={t.name} name="name" autocomplete="name" />
          <label>
            <span>{t.institution}</span>
            <select name="institution" required>
              <option value="">{t.chooseOne}</option>
              {openInstitutions.value.map((own) => (
                <option key={own.id} value={own.id}>
                  {lang.value === 'en' ? own.title_en : own.title_es}
                </option>
              ))}
            </select>
          </label>
        </>
      ) : (
        <label>
          <span>{t.login}</span>
          <input name="login" value={invitation.login} readOnly autocomplete="username" />
        </label>
      )}
      <Field
        label={t.newPassword}
        name="password"
        type="password"
        autocomplete="new-password"
        hint={t.passwordHint}
      />
    </Form>
  )
}

function SignIn() {
  const t = peopleWords.value
  const send = (told: FormData) =>
    attempt(async () => {
      const told_ = { login: text(told, 'login'), password: text(told, 'password') }
      const { person: own } = await call<{ person: Person }>('POST', '/api/session', told_)
      said.value = null
      const before = pageBefore()
      if (before) location.assign(before)
      else person.value = own
    })
  return (
    <Form title={t.enter} button={t.enter} send={(told) => void send(told)}>
      <Field label={t.login} name="login" autocomplete="username" />
      <Field label={t.password} name="password" type="password" autocomplete="current-password" />
    </Form>
  )
}

function Own({ own }: { own: Person }) {
  const t = peopleWords.value
  const signOut = () =>
    attempt(async () => {
      await call('DELETE', '/api/session')
      person.value = null
    })
  const change = (told: FormData, form: HTMLFormElement) =>
    attempt(async () => {
      await call('PUT', '/api/session/password', { old: text(told, 'old'), new: text(told, 'new') })
      form.reset()
      said.value = 'changed'
    })
  return (
    <>
      <p>
        {t.signedIn(own.name)} {t.roles[own.role]}.
      </p>
      <p class="data-actions">
        <a class="link" href={inLanguage('/casos')}>
          {t.cases}
        </a>
        {['institution_admin', 'system_admin'].includes(own.role) && (
          <>
            <a class="link" href={inLanguage('/cuentas')}>
              {t.accounts}
            </a>
            <a class="link" href={inLanguage('/admin')}>
              {t.administration}
            </a>
          </>
        )}
        <button type="button" class="button" onClick={() => void signOut()}>
          {t.signOut}
        </button>
      </p>
      <Form title={t.changePassword} button={t.save} send={(told, form) => void change(told, form)}>
        <Field label={t.oldPassword} name="old" type="password" autocomplete="current-password" />
        <Field
          label={t.newPassword}
          name="new"
          type="password"
          autocomplete="new-password"
          hint={t.passwordHint}
        />
      </Form>
      <Tokens />
    </>
  )
}

/** Signing in, and what one looks after oneself. */
export function SignInPage() {
  const t = peopleWords.value
  const [secret, setSecret] = useState(secretInAddress)
  useEffect(() => {
    if (secret) return
    void loadPerson().then(() => {
      const before = person.value ? takePageBefore() : null
      if (before) location.assign(before)
    })
  }, [secret])
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data" tabIndex={-1}>
        <h1>{t.enter}</h1>
        {said.value && <p role="status">{t[said.value]}</p>}
        <Failed />
        {secret && <Invited secret={secret} done={() => setSecret(null)} />}
        {endedElsewhere() && person.value === null && (
          <p class="data-failed" role="alert">
            {endedElsewhere() === 'sin-cuenta' ? t.noAccountHere : t.refusedElsewhere}
          </p>
        )}
        {!secret && person.value === null && elsewhere.value && (
          <p class="data-actions">
            <a class="button" href="/api/session/oidc" onClick={keepPageBefore}>
              {t.enterWith(elsewhere.value)}
            </a>
          </p>
        )}
        {!secret && person.value === null && <SignIn />}
        {!secret && person.value && <Own own={person.value} />}
      </main>
    </>
  )
}
