import { effect } from '@preact/signals'
import { render } from 'preact'
import { AdminPage } from '../admin/AdminPage'
import { CountsPage } from '../counts/CountsPage'
import { loadPerson } from '../people/people'
import { readLanguage } from '../state/address'
import { followDocument } from '../state/preferences'
import { CasePage } from './CasePage'
import { CasesPage } from './CasesPage'
import { loadKinds } from './cases'
import { NewCasePage } from './NewCasePage'
import { caseWords } from './words'
import '../styles/data.css'
import '../styles/cases.css'

const TITLES: Record<string, () => string> = {
  '/cifras': () => caseWords.value.counts,
  '/admin': () => caseWords.value.administration,
}

/** The pages at /casos, /cifras, /admin, /caso/nuevo and /caso/:id. */
export async function startCasesPage(root: HTMLElement): Promise<void> {
  await readLanguage()
  followDocument()
  const id = location.pathname.startsWith('/caso/') ? location.pathname.slice('/caso/'.length) : null
  effect(() => {
    const t = caseWords.value
    document.title = `Rimay · ${id === 'nuevo' ? t.newCase : id ? t.case : (TITLES[location.pathname]?.() ?? t.cases)}`
  })
  await Promise.allSettled([loadKinds(), loadPerson()])
  const page = () => {
    if (id) return id === 'nuevo' ? <NewCasePage /> : <CasePage id={id} />
    switch (location.pathname) {
      case '/admin':
        return <AdminPage />
      case '/cifras':
        return <CountsPage />
      default:
        return <CasesPage />
    }
  }
  render(page(), root)
}
