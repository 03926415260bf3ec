import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { lang, words } from '../i18n'
import type { HelpTexts } from '../i18n/help/es'
import { helpTextsIn } from '../i18n/helpTexts'
import { endTour, stepTour, TOUR, tourAt } from '../state/tour'

/** Marks what the step is about, while it is shown. */
function useMark(selector: string): void {
  useEffect(() => {
    const target = document.querySelector<HTMLElement>(selector)
    target?.setAttribute('data-tour', '')
    return () => target?.removeAttribute('data-tour')
  }, [selector])
}

/** One step: what this part of the page is for. The page goes on working behind it. */
export function Tour() {
  const t = words.value
  const at = tourAt.value ?? 0
  const step = TOUR[at] ?? TOUR[0]
  const texts = useSignal<HelpTexts | null>(null)
  const next = useRef<HTMLButtonElement>(null)
  const spoken = lang.value
  useMark(step.target)
  useEffect(() => {
    helpTextsIn(spoken).then((loaded) => {
      texts.value = loaded
    }, endTour)
  }, [spoken])
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') endTour()
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
  const isThere = texts.value !== null
  useEffect(() => {
    if (isThere) next.current?.focus()
  }, [isThere, at])
  const told = texts.value?.tour[step.id]
  if (!told) return null
  return (
    <section class="tour" aria-label={t.tour} data-step={step.id}>
      <p class="tour-count">{t.tourStep(at + 1, TOUR.length)}</p>
      <div aria-live="polite">
        <h2>{told.title}</h2>
        <p>{told.text}</p>
      </div>
      <p class="tour-tools">
        <button ref={next} type="button" class="button is-main" onClick={stepTour}>
          {at === TOUR.length - 1 ? t.tourEnd : t.tourNext}
        </button>
        {at < TOUR.length - 1 && (
          <button type="button" class="link" onClick={endTour}>
            {t.tourSkip}
          </button>
        )}
      </p>
    </section>
  )
}
