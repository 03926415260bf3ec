import { useSignal } from '@preact/signals'
import { ApiError } from '../api/client'
import { formatDate, formatNumber, lang } from '../i18n'
import { ask, token } from './job'
import { Said } from './Said'
import { isNewest, loadVintages, seeChanges, type Vintage, vintages } from './vintages'
import { dataWords } from './words'

const timeOf = (text: string) =>
  new Date(text).toLocaleTimeString(lang.value, { hour: '2-digit', minute: '2-digit' })

/** What was imported into a layer, the newest first; who shows a token may take the newest of a source back. */
export function VintageList({ layer }: { layer: string }) {
  const t = dataWords.value
  const failed = useSignal('')
  const all = vintages.value[layer]
  if (!all) return <p>{t.loading}</p>
  if (all.length === 0) return <p>{t.noVintages}</p>
  const day = (text: string) => formatDate(text, lang.value)
  const rollBack = async (vintage: Vintage) => {
    if (!token.value) {
      failed.value = t.needsToken
      document.querySelector<HTMLInputElement>('.data-import input[type=password]')?.focus()
      return
    }
    const what = `${t.number} ${vintage.id}, ${vintage.source} ${vintage.valid_on ? t.of(day(vintage.valid_on)) : t.noDay}`
    if (!confirm(t.rollBackAsk(what))) return
    try {
      await ask(`/api/vintages/${vintage.id}/rollback`, { method: 'POST' })
      failed.value = ''
      await Promise.all([loadVintages(layer), seeChanges(layer)])
    } catch (error) {
      const isRefused = error instanceof ApiError && error.status === 401
      failed.value = isRefused ? t.wrongToken : (error as Error).message
    }
  }
  const number = (value: number) => formatNumber(value, lang.value)
  return (
    <>
      {failed.value && (
        <p class="data-failed" role="alert">
          {t.failed(failed.value)}
        </p>
      )}
      <ul class="data-vintages">
        {all.map((vintage) => (
          <li key={vintage.id} class={vintage.rolled_back_at ? 'is-gone' : undefined}>
            {t.number} {vintage.id}: <strong>{vintage.source}</strong>{' '}
            {vintage.valid_on ? t.of(day(vintage.valid_on)) : t.noDay},{' '}
            {t.received(`${day(vintage.received_at)} ${timeOf(vintage.received_at)}`)}
            {vintage.merge &&
              `: ${t.changes(number(vintage.merge.added), number(vintage.merge.changed), number(vintage.merge.removed))}`}
            {vintage.rolled_back_at && `; ${t.rolledBack(day(vintage.rolled_back_at))}`}. {t.licence}:{' '}
            {vintage.licence}. {t.used}: <Said text={vintage.datum_operation} />
            <span class="data-actions">
              <a
                href={`/ogc/collections/${layer}/items?f=html&asKnown=${encodeURIComponent(vintage.received_at)}`}
              >
                {t.asKnown}
              </a>
              {isNewest(all, vintage) && (
                <button type="button" class="link" onClick={() => rollBack(vintage)}>
                  {t.rollBack}
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
