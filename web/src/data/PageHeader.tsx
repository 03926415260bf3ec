import { LanguageToggle, ThemeToggle } from '../panels/Header'

/** The head of a page beside the map, with the way back to it. */
export function PageHeader({ toMap }: { toMap: string }) {
  return (
    <header class="header data-header">
      <a class="brand" href="/mapa">
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
