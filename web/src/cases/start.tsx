import { effect } from '@preact/signals'
import { render } from 'preact'
import { loadPerson } from '../people/people'
import { readLanguage } from '../state/address'
import { followDocument } from '../state/preferences'
import { CasePage } from './CasePage'
import { CasesPage } from './CasesPage'
import { CountsPage } from './CountsPage'
import { loadKinds } from './cases'
import { NewCasePage } from './NewCasePage'
import { caseWords } from './words'
import '../styles/data.css'
import '../styles/cases.css'

/** The pages at /casos, /cifras, /caso/nuevo and /caso/:id. */
export async function startCasesPage(root: HTMLElement): Promise<void> {
  await readLanguage()
  followDocument()
  const id = location.pathname.startsWith('/caso/') ? location.pathname.slice('/caso/'.length) : null
  effect(() => {
    const t = caseWords.value
    document.title = `Rimay · ${id === 'nuevo' ? t.newCase : id ? t.case : location.pathname === '/cifras' ? t.counts : t.cases}`
  })
  await Promise.allSettled([loadKinds(), loadPerson()])
  const page = () => {
    if (id) return id === 'nuevo' ? <NewCasePage /> : <CasePage id={id} />
    return location.pathname === '/cifras' ? <CountsPage /> : <CasesPage />
  }
  render(page(), root)
}
