import type { Lang } from '../api/types'
import { lang, words } from '../i18n'
import { chooseLanguage, inLanguage } from '../state/language'
import { helpOpen } from '../state/pane'
import { dark, toggleTheme } from '../state/preferences'
import { Icon } from './Icon'
import { Search } from './Search'

const LANGUAGES: { code: Lang; name: string }[] = [
  { code: 'es', name: 'Español' },
  { code: 'en', name: 'English' },
]

export function LanguageToggle() {
  return (
    <fieldset class="segmented">
      <legend class="visually-hidden">{words.value.language}</legend>
      {LANGUAGES.map(({ code, name }) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-label={`${code}: ${name}`}
          aria-pressed={lang.value === code}
          onClick={() => chooseLanguage(code)}
        >
          {code}
        </button>
      ))}
    </fieldset>
  )
}

export function ThemeToggle() {
  const t = words.value
  const theme = dark.value ? t.themeLight : t.themeDark
  return (
    <button type="button" class="tool" aria-label={theme} title={theme} onClick={toggleTheme}>
      <Icon name={dark.value ? 'sun' : 'moon'} />
    </button>
  )
}

export function Header() {
  const t = words.value
  return (
    <header class="header">
      <div class="brand">
        <img src="/icon.svg" alt="" width="32" height="32" />
        <h1>
          Rimay <span class="tagline">{t.tagline}</span>
        </h1>
      </div>
      <Search />
      <div class="tools">
        <LanguageToggle />
        <ThemeToggle />
        <a class="tool" href={inLanguage('/cruces')} aria-label={t.overlaps} title={t.overlaps}>
          <Icon name="overlaps" />
        </a>
        <a class="tool" href={inLanguage('/casos')} aria-label={t.register} title={t.register}>
          <Icon name="cases" />
        </a>
        <a class="tool" href={inLanguage('/datos')} aria-label={t.data} title={t.data}>
          <Icon name="data" />
        </a>
        <a class="tool" href={inLanguage('/entrar')} aria-label={t.account} title={t.account}>
          <Icon name="person" />
        </a>
        <button
          type="button"
          class="tool"
          aria-label={t.help}
          title={t.help}
          onClick={() => {
            helpOpen.value = true
          }}
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  )
}
