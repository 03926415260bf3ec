import { useLayoutEffect, useRef } from 'preact/hooks'
import { itemUrl } from '../api/requests'
import type { ItemFeature, Layer } from '../api/types'
import { formatDate, lang, readableIn, words } from '../i18n'
import { CASES, layerById, natureOf } from '../state/catalogue'
import { boxOfGeometry } from '../state/geometry'
import { inLanguage } from '../state/language'
import { isApproximate, PRECISION } from '../state/precision'
import { cardFailure, loaded, type Selection } from '../state/selection'
import { AlsoHere } from './AlsoHere'
import { Badge } from './Badge'
import { CasesOfDepartment } from './CasesOfDepartment'
import { CopyButton } from './CopyButton'
import { FailedCard } from './FailedCard'
import { CASE_ID, Fields, sourceLang } from './Fields'
import { HiddenNote } from './HiddenNote'
import { Icon } from './Icon'
import { LayerMark } from './LayerMark'
import { PrecisionNote } from './PrecisionNote'
import { licenceOf, vintageOf } from './Sources'
import { isTyping } from './shortcuts'
import { ZoomButton } from './ZoomButton'

function Provenance({ layer, item }: { layer: Layer; item: ItemFeature }) {
  const t = words.value
  const source = layer.sources.find(({ preset }) => preset === item.rimay?.source)
  if (!source) {
    return (
      <dl class="fields provenance">
        <div class="field-long">
          <dt>{t.dataSource}</dt>
          <dd>{item.properties[CASE_ID] ? t.fromRegister : t.writtenByHand}</dd>
        </div>
      </dl>
    )
  }
  return (
    <dl class="fields provenance">
      <div class="field-long">
        <dt>{t.dataSource}</dt>
        <dd>{source.source[lang.value]}</dd>
      </div>
      <div>
        <dt>{t.licence}</dt>
        <dd>{licenceOf(source)}</dd>
      </div>
      <div>
        <dt>{t.attribution}</dt>
        <dd lang={sourceLang()}>{source.attribution}</dd>
      </div>
      <div>
        <dt>{t.loadedOn}</dt>
        <dd>{formatDate(source.received_at, lang.value)}</dd>
      </div>
      <div>
        <dt>{t.dataDate}</dt>
        <dd>{vintageOf(source)}</dd>
      </div>
    </dl>
  )
}

function Actions({ current, item }: { current: Selection; item: ItemFeature }) {
  const t = words.value
  const box = item.geometry && boxOfGeometry(item.geometry)
  return (
    <div class="actions">
      {box && <ZoomButton bbox={box} />}
      <CopyButton icon="link" label={t.copyLink} text={() => location.href} />
      <a class="link" href={itemUrl(current.layer, current.id)}>
        <Icon name="code" />
        {t.itemLink}
      </a>
      {item.properties[CASE_ID] && (
        <a class="link" href={inLanguage(`/caso/${item.properties[CASE_ID]}`)}>
          <Icon name="cases" />
          {t.caseInRegister}
        </a>
      )}
      <a class="link" href={inLanguage(`/expediente?capa=${current.layer}&id=${current.id}`)}>
        <Icon name="list" />
        {t.dossier}
      </a>
    </div>
  )
}

const natureOfItem = (item: ItemFeature, layer: Layer) =>
  item.rimay ? natureOf([item.rimay]) : natureOf(layer.sources)

/** Everything known about one feature, under its proper titles, with where it comes from. */
export function Card() {
  const t = words.value
  const heading = useRef<HTMLHeadingElement>(null)
  const card = loaded.value
  const current = card?.selection
  const layer = layerById(current?.layer ?? '')
  // A reader who opened the card goes on reading there; one who is leafing keeps hearing the names.
  useLayoutEffect(() => {
    if (!isTyping(document.activeElement)) heading.current?.focus({ preventScroll: true })
  }, [current?.layer, current?.id])
  if (cardFailure.value === 'gone') return <p class="empty">{t.gone}</p>
  if (cardFailure.value) return <FailedCard />
  if (!card || !current || !layer) return <p class="empty">{t.loading}</p>
  const { item } = card
  const category = layer.category_field ? item.properties[layer.category_field] : null
  const approximate =
    layer.id === CASES && item.geometry !== null && isApproximate(item.properties[PRECISION])
  const name = String(item.properties[layer.name_field] ?? '')
  return (
    <article class="card">
      <p class="card-kind">
        <LayerMark layer={layer} category={typeof category === 'string' ? category : null} />
        {layer.title[lang.value]}
      </p>
      <h2 ref={heading} tabIndex={-1} lang={sourceLang()}>
        {readableIn(layer.id, name)}
      </h2>
      <Badge nature={natureOfItem(item, layer)} />
      {item.geometry ? <HiddenNote card={card} /> : <p class="card-note">{t.noPlace}</p>}
      {approximate && <PrecisionNote layer={layer} item={item} />}
      <Actions current={current} item={item} />
      <CasesOfDepartment layer={layer} item={item} />
      <Fields layer={layer} item={item} />
      <AlsoHere current={current} approximate={approximate} />
      <Provenance layer={layer} item={item} />
    </article>
  )
}
