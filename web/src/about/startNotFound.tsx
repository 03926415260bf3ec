import { effect } from '@preact/signals'
import { render } from 'preact'
import { PageHeader } from '../data/PageHeader'
import { lang, words } from '../i18n'
import { readLanguage } from '../state/address'
import { inLanguage } from '../state/language'
import { followDocument } from '../state/preferences'
import '../styles/data.css'

/** What stands at an address where there is no view. */
export async function startNotFound(root: HTMLElement): Promise<void> {
  await readLanguage()
  followDocument()
  effect(() => {
    const t = words.value
    document.title = `${t.noSuchPage} · Rimay`
    document.documentElement.lang = lang.value
    render(
      <>
        <PageHeader toMap={t.backToMap} />
        <main class="data" tabIndex={-1}>
          <h1>{t.noSuchPage}</h1>
          <p>
            <code>{location.pathname}</code> {t.noSuchPageHint}
          </p>
          <ul>
            <li>
              <a class="link" href={inLanguage('/mapa')}>
                {t.backToMap}
              </a>
            </li>
            <li>
              <a class="link" href={inLanguage('/casos')}>
                {t.allCases}
              </a>
            </li>
            <li>
              <a class="link" href={inLanguage('/acerca')}>
                {t.about}
              </a>
            </li>
          </ul>
        </main>
      </>,
      root,
    )
  })
}
