import { effect } from '@preact/signals'
import { render } from 'preact'
import { readLanguage } from '../state/address'
import { followDocument } from '../state/preferences'
import { AccountsPage } from './AccountsPage'
import { SignInPage } from './SignInPage'
import { peopleWords } from './words'
import '../styles/data.css'

/** The pages at /entrar and /cuentas. */
export async function startPeoplePage(root: HTMLElement): Promise<void> {
  const isAccounts = location.pathname === '/cuentas'
  await readLanguage()
  followDocument()
  effect(() => {
    document.title = `Rimay · ${isAccounts ? peopleWords.value.accounts : peopleWords.value.enter}`
  })
  render(isAccounts ? <AccountsPage /> : <SignInPage />, root)
}
