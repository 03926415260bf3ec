import { LanguageToggle, ThemeToggle } from '../panels/Header'
import { Problems } from '../panels/Problems'
import { catalogue, layers } from '../state/catalogue'
import { ImportPanel } from './ImportPanel'
import { LayerCard } from './LayerCard'
import { dataWords } from './words'

/** The catalogue for people: every layer, and the way in for files. */
export function DataPage() {
  const t = dataWords.value
  return (
    <>
      <header class="header data-header">
        <a class="brand" href="/mapa">
          <img src="/icon.svg" alt="" width="32" height="32" />
          <span>{t.toMap}</span>
        </a>
        <div class="tools">
          <LanguageToggle />
          <ThemeToggle />
        </div>
      </header>
      <main class="data" tabIndex={-1}>
        <h1>{t.title}</h1>
        <p>
          {t.intro} <a href="#importar">{t.importTitle}</a> · <a href="/cruces">{t.overlaps}</a> ·{' '}
          <a href={t.guideAddress}>{t.guide}</a>.
        </p>
        <Problems />
        {!catalogue.value && <p>{t.loading}</p>}
        {layers.value.map((layer) => (
          <LayerCard key={layer.id} layer={layer} />
        ))}
        {catalogue.value && <ImportPanel />}
      </main>
    </>
  )
}
