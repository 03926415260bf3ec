import { LanguageToggle, ThemeToggle } from '../panels/Header'
import { inLanguage } from '../state/language'

/** The head of a page beside the map, with the way back to it. */
export function PageHeader({ toMap }: { toMap: string }) {
  return (
    <header class="header data-header">
      <a class="brand" href={inLanguage('/mapa')}>
        <img src="/icon.svg" alt="" width="32" height="32" />
        <span>{toMap}</span>
      </a>
      <div class="tools">
        <LanguageToggle />
        <ThemeToggle />
      </div>
    </header>
  )
}
