import { Problems } from '../panels/Problems'
import { catalogue, layers } from '../state/catalogue'
import { inLanguage } from '../state/language'
import { ImportPanel } from './ImportPanel'
import { LayerCard } from './LayerCard'
import { PageHeader } from './PageHeader'
import { dataWords } from './words'

/** The catalogue for people: every layer, and the way in for files. */
export function DataPage() {
  const t = dataWords.value
  return (
    <>
      <PageHeader toMap={t.toMap} />
      <main class="data" tabIndex={-1}>
        <h1>{t.title}</h1>
        <p>
          {t.intro} <a href="#importar">{t.importTitle}</a> · <a href={inLanguage('/cruces')}>{t.overlaps}</a>{' '}
          · <a href={t.guideAddress}>{t.guide}</a>.
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
