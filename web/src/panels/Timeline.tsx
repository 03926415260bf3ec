import { useEffect, useState } from 'preact/hooks'
import { timelineUrl } from '../api/requests'
import { formatDate, lang, words } from '../i18n'
import { caseConditions, chosenPeriod, type Period } from '../state/filters'
import { retryTimeline, timeline } from '../state/lens'
import { timelineOpen, toggleTimeline } from '../state/preferences'
import { problems } from '../state/problems'
import { type Bin, binsOf, periodOf, stepped, touched } from '../state/timeScale'
import { CopyButton } from './CopyButton'
import { Icon } from './Icon'
import { TimelineChart, TimelineTable } from './TimelineChart'

const today = () => new Date().toISOString().slice(0, 10)

const PLAY_MS = 1500

/** Steps on and on until there is nothing more, while it is on. */
function usePlay(bins: Bin[]): [boolean, (on: boolean) => void] {
  const [isPlaying, play] = useState(false)
  const period = chosenPeriod.value
  useEffect(() => {
    if (!isPlaying) return
    const timer = setTimeout(() => {
      const next = period ? stepped(bins, period, 1) : periodOf(bins, 0, 0)
      if (next) chosenPeriod.value = next
      else play(false)
    }, PLAY_MS)
    return () => clearTimeout(timer)
  }, [isPlaying, period, bins])
  return [isPlaying, play]
}

/** First and last day as fields: whatever the bars are, any days can be chosen. */
function Days({ bins }: { bins: Bin[] }) {
  const t = words.value
  const period = chosenPeriod.value
  const [first, last] = [bins[0]?.from ?? '', bins.at(-1)?.to ?? '']
  const set = (next: Partial<Period>) => {
    const { from, to } = { from: first, to: last, ...period, ...next }
    if (from && to) chosenPeriod.value = from <= to ? { from, to } : { from: to, to: from }
  }
  const field = (label: string, value: string, onDay: (day: string) => void) => (
    <label>
      <span class="visually-hidden">{label}</span>
      <input
        type="date"
        value={value}
        onChange={({ currentTarget }) => {
          // An emptied field is no day: the one before stays.
          if (currentTarget.value) onDay(currentTarget.value)
          else currentTarget.value = value
        }}
      />
    </label>
  )
  return (
    <span class="timeline-days">
      {field(t.timelineFrom, period?.from ?? first, (from) => set({ from }))}
      <span aria-hidden="true">–</span>
      {field(t.timelineTo, period?.to ?? last, (to) => set({ to }))}
    </span>
  )
}

function Steps({ bins }: { bins: Bin[] }) {
  const t = words.value
  const period = chosenPeriod.value
  const [isPlaying, play] = usePlay(bins)
  const step = (by: -1 | 1) => {
    const latest = periodOf(bins, bins.length - 1, bins.length - 1)
    return period ? stepped(bins, period, by) : by === -1 ? latest : null
  }
  const button = (name: 'previous' | 'next', label: string, by: -1 | 1) => (
    <button
      type="button"
      class="tool"
      aria-label={label}
      title={label}
      disabled={step(by) === null}
      onClick={() => {
        chosenPeriod.value = step(by)
      }}
    >
      <Icon name={name} />
    </button>
  )
  const playing = isPlaying ? t.timelinePause : t.timelinePlay
  return (
    <>
      {button('previous', t.timelinePrevious, -1)}
      {button('next', t.timelineNext, 1)}
      <button
        type="button"
        class="tool"
        aria-label={playing}
        title={playing}
        aria-pressed={isPlaying}
        onClick={() => play(!isPlaying)}
      >
        <Icon name={isPlaying ? 'pause' : 'play'} />
      </button>
    </>
  )
}

/** What happened in the period, in words. */
function Summary() {
  const t = words.value
  const answer = timeline.value
  const period = chosenPeriod.value
  if (!answer) return null
  const { meant } = answer
  const told =
    period && meant
      ? t.timelineSummary(meant.number_matched, meant.events, meant.protests, meant.began, meant.ended)
      : t.timelineAll(answer.number_matched - answer.number_without_time, answer.number_without_time)
  return (
    <p class="timeline-summary" role="status">
      {told}
    </p>
  )
}

function Body({ bins }: { bins: Bin[] }) {
  const t = words.value
  const period = chosenPeriod.value
  if (bins.length === 0) return <p class="timeline-empty">{t.timelineNothing}</p>
  return (
    <>
      <TimelineChart
        bins={bins}
        chosen={period && touched(bins, period)}
        onChoose={(one, other) => {
          const isAll = Math.abs(one - other) === bins.length - 1
          chosenPeriod.value = isAll ? null : periodOf(bins, one, other)
        }}
      />
      <p class="timeline-axis" aria-hidden="true">
        <span>{bins[0]?.name}</span>
        <span class="timeline-key">
          <i class="timeline-protests" />
          {t.timelineProtests}
          <i class="timeline-others" />
          {t.timelineOthers}
          <i class="timeline-turns" />
          {t.timelineTurns}
        </span>
        <span>{bins.at(-1)?.name}</span>
      </p>
      <TimelineTable bins={bins} />
    </>
  )
}

/** Under the map: when something happened in the cases of the filters, and the period whose cases are shown. */
export function Timeline() {
  const t = words.value
  const bins = binsOf(timeline.value?.months ?? [], today())
  const isOpen = timelineOpen.value
  const period = chosenPeriod.value
  const isFailed = problems.value.some(({ about }) => about === 'timeline')
  return (
    <section class="timeline" aria-label={t.timeline} data-open={isOpen ? '' : undefined}>
      <div class="timeline-head">
        <button type="button" class="timeline-toggle" aria-expanded={isOpen} onClick={toggleTimeline}>
          <Icon name={isOpen ? 'down' : 'up'} />
          {t.timeline}
        </button>
        {isOpen ? (
          bins.length > 0 && (
            <>
              <Days bins={bins} />
              <Steps bins={bins} />
            </>
          )
        ) : (
          <span class="timeline-said">
            {period
              ? t.timelinePeriod(formatDate(period.from, lang.value), formatDate(period.to, lang.value))
              : t.timelineAny}
          </span>
        )}
        {period && (
          <button
            type="button"
            class="link"
            onClick={() => {
              chosenPeriod.value = null
            }}
          >
            {t.timelineClear}
          </button>
        )}
        {isOpen && (
          <CopyButton
            icon="code"
            label={t.copyQuery}
            text={() => location.origin + timelineUrl(caseConditions())}
          />
        )}
        {isOpen && <Summary />}
      </div>
      {isOpen && isFailed && (
        <p role="alert">
          {t.failed(t.timeline)}{' '}
          <button type="button" class="link" onClick={retryTimeline}>
            {t.retry}
          </button>
        </p>
      )}
      {isOpen && timeline.value && <Body bins={bins} />}
    </section>
  )
}
