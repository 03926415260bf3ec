import { useEffect, useState } from 'preact/hooks'
import { Table } from '../data/Table'
import { formatDate, lang } from '../i18n'
import { CopyButton } from '../panels/CopyButton'
import { Field, Form } from './Form'
import { attempt, call, person, type Token } from './people'
import { peopleWords } from './words'

/** What a token may be for, by what its owner may do. */
const scopesOf = (role: string | undefined) => [
  'read',
  ...(role === 'steward' ? ['layers:write'] : []),
  ...(role === 'officer' ? ['cases:write'] : []),
]

/** Tokens of one's own for programs. */
export function Tokens() {
  const t = peopleWords.value
  const [tokens, setTokens] = useState<Token[]>([])
  const [secret, setSecret] = useState('')
  const load = async () => setTokens((await call<{ tokens: Token[] }>('GET', '/api/tokens')).tokens)
  useEffect(() => void attempt(load), [])
  const make = (told: FormData, form: HTMLFormElement) =>
    attempt(async () => {
      const days = Number(told.get('days'))
      const made = await call<{ secret: string }>('POST', '/api/tokens', {
        name: told.get('name'),
        scopes: told.getAll('scope'),
        ...(days ? { days } : {}),
      })
      setSecret(made.secret)
      form.reset()
      await load()
    })
  const revoke = (id: string) =>
    attempt(async () => {
      await call('DELETE', `/api/tokens/${id}`)
      await load()
    })
  const day = (time: string | null, none: string) => (time ? formatDate(time.slice(0, 10), lang.value) : none)
  return (
    <>
      <Form title={t.tokens} button={t.make} send={(told, form) => void make(told, form)}>
        <p>{t.tokensHint}</p>
        <Field label={t.tokenName} name="name" />
        <Field label={t.tokenDays} name="days" type="number" required={false} />
        {scopesOf(person.value?.role).map((scope) => (
          <label key={scope} class="data-check">
            <input type="checkbox" name="scope" value={scope} defaultChecked={scope === 'read'} />
            {t.scopes[scope]}
          </label>
        ))}
      </Form>
      {secret && (
        <p role="status">
          {t.shownOnce} <code>{secret}</code> <CopyButton icon="link" label={t.copy} text={() => secret} />
        </p>
      )}
      {tokens.length > 0 && (
        <Table heads={[t.tokenName, t.role, t.used, t.until, t.revoke]}>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td>{token.name}</td>
              <td>{token.scopes.map((scope) => t.scopes[scope]).join(', ')}</td>
              <td>{day(token.used_at, t.never)}</td>
              <td>{day(token.expires_at, t.always)}</td>
              <td>
                <button type="button" class="link" onClick={() => void revoke(token.id)}>
                  {t.revoke} {token.name}
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  )
}
