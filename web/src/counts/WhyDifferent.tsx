import { lang } from '../i18n'
import { formatNumber } from '../i18n/format'
import { inLanguage } from '../state/language'
import type { Condition, Differences, Stamp } from './counts'
import { countsWords } from './words'

const told = (condition: Condition | null) => {
  if (!condition) return countsWords.value.otherSources
  return lang.value === 'en' ? condition.en : condition.es
}

/** The cases that one scheme counts and the other does not. */
function OnlyIn({ of, cases }: { of: Stamp; cases: Differences['only_one'] }) {
  const t = countsWords.value
  const { title } = of.scheme
  return (
    <details class="case-only" open={cases.length > 0 && cases.length <= 20}>
      <summary>
        <h3>
          {t.onlyIn(lang.value === 'en' ? title.en : title.es)} ({formatNumber(cases.length, lang.value)})
        </h3>
      </summary>
      <ul>
        {cases.map((one) => (
          <li key={one.id}>
            <a class="link" href={inLanguage(`/caso/${one.id}`)}>
              {one.name ?? one.code}
            </a>{' '}
            <span class="case-note">{t.lacks(told(one.condition))}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** Why two schemes count otherwise, case by case. */
export function WhyDifferent({ differences }: { differences: Differences }) {
  const t = countsWords.value
  const { totals, one, other } = differences
  return (
    <section class="case-group">
      <h2>{t.whyDifferent}</h2>
      <p>
        {t.compared(
          formatNumber(totals.one, lang.value),
          formatNumber(totals.other, lang.value),
          formatNumber(totals.both, lang.value),
        )}
      </p>
      <OnlyIn of={one} cases={differences.only_one} />
      <OnlyIn of={other} cases={differences.only_other} />
    </section>
  )
}
