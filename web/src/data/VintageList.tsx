import { useSignal } from '@preact/signals'
import { formatDate, formatNumber, lang } from '../i18n'
import { ask, token } from './job'
import { isNewest, loadVintages, seeChanges, type Vintage, vintages } from './vintages'
import { dataWords } from './words'

/** What was imported into a layer, the newest first; who shows a token may take the newest of a source back. */
export function VintageList({ layer }: { layer: string }) {
  const t = dataWords.value
  const failed = useSignal('')
  const all = vintages.value[layer]
  if (!all) return <p>{t.loading}</p>
  if (all.length === 0) return <p>{t.noVintages}</p>
  const rollBack = async (vintage: Vintage) => {
    if (!confirm(t.rollBackAsk)) return
    try {
      await ask(`/api/vintages/${vintage.id}/rollback`, { method: 'POST' })
      failed.value = ''
      await Promise.all([loadVintages(layer), seeChanges(layer)])
    } catch (error) {
      failed.value = (error as Error).message
    }
  }
  const day = (text: string) => formatDate(text, lang.value)
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
            <strong>{vintage.source}</strong> {vintage.valid_on ? t.of(day(vintage.valid_on)) : t.noDay},{' '}
            {t.received(day(vintage.received_at))}
            {vintage.merge &&
              `: ${t.changes(number(vintage.merge.added), number(vintage.merge.changed), number(vintage.merge.removed))}`}
            {vintage.rolled_back_at && `; ${t.rolledBack(day(vintage.rolled_back_at))}`}
            <span class="data-actions">
              <a
                href={`/ogc/collections/${layer}/items?f=html&asKnown=${encodeURIComponent(vintage.received_at)}`}
              >
                {t.asKnown}
              </a>
              {token.value && isNewest(all, vintage) && (
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
