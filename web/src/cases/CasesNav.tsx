import { toSignIn } from '../people/back'
import { person } from '../people/people'
import { inLanguage } from '../state/language'
import { caseWords } from './words'

/** The ways between the pages of the register. */
export function CasesNav() {
  const t = caseWords.value
  const pages = [
    ['/casos', t.cases],
    ['/cifras', t.counts],
  ] as const
  const isAdministrator = ['institution_admin', 'system_admin'].includes(person.value?.role ?? '')
  return (
    <nav class="case-nav" aria-label={t.register}>
      {pages.map(([path, title]) => (
        <a
          key={path}
          class="link"
          href={inLanguage(path)}
          aria-current={location.pathname === path ? 'page' : undefined}
        >
          {title}
        </a>
      ))}
      {isAdministrator && (
        <a
          class="link"
          href={inLanguage('/admin')}
          aria-current={location.pathname === '/admin' ? 'page' : undefined}
        >
          {t.administration}
        </a>
      )}
      <a class="link" href={person.value ? inLanguage('/entrar') : toSignIn()}>
        {person.value ? person.value.name : t.signIn}
      </a>
    </nav>
  )
}
