import { lang, words } from '../i18n'
import type { HelpTexts } from '../i18n/help/es'
import { CASES, layerById } from '../state/catalogue'
import { inLanguage } from '../state/language'
import { helpOpen } from '../state/pane'
import { shortcutsOn, toggleShortcuts } from '../state/preferences'
import { startTour } from '../state/tour'
import { Shortcuts } from './Shortcuts'

/** Pages that the build makes of the guides in `docs`. */
const GUIDES = { es: '/guia.html', en: '/guide.html' }

function Section({ title, sentences }: { title: string; sentences: string[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  )
}

/** The codes of one field of the cases, named as the catalogue names them, with what each means. */
function Meanings({ field, meanings }: { field: string; meanings: Record<string, string> }) {
  const found = layerById(CASES)?.fields.find(({ name }) => name === field)
  const known = found?.codes.filter(({ code }) => meanings[code]) ?? []
  if (!found || known.length === 0) return null
  return (
    <>
      <h4>{found.title[lang.value]}</h4>
      <dl class="meanings">
        {known.map((entry) => (
          <div key={entry.code}>
            <dt>{entry[lang.value]}</dt>
            <dd>{meanings[entry.code]}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function ShortcutSwitch({ title }: { title: string }) {
  return (
    <label class="layer-head">
      <input
        type="checkbox"
        role="switch"
        checked={shortcutsOn.value}
        aria-checked={shortcutsOn.value}
        onChange={toggleShortcuts}
      />
      {title}
    </label>
  )
}

/** What the page's signs and words mean, what it does not show, and how to use it without a mouse. */
export function HelpBody({ texts: t }: { texts: HelpTexts }) {
  return (
    <div class="help-body">
      <Section title={t.signs} sentences={t.signsList} />
      <section>
        <h3>{t.meanings}</h3>
        <Meanings field="state" meanings={t.states} />
        <Meanings field="phase" meanings={t.phases} />
        <p class="help-about">{t.meaningsNote}</p>
      </section>
      <Section title={t.limits} sentences={t.limitsList} />
      <section>
        <h3>{t.keyboard}</h3>
        <ShortcutSwitch title={t.shortcutsSwitch} />
        <Shortcuts texts={t} />
      </section>
      <p>
        <a class="link" href={GUIDES[lang.value]}>
          {t.guide}
        </a>
      </p>
      <p>
        <a class="link" href={inLanguage('/acerca')}>
          {words.value.about}
        </a>
        {' · '}
        <a class="link" href={inLanguage('/acerca#glosario')}>
          {words.value.glossary}
        </a>
        {' · '}
        <button
          type="button"
          class="link"
          onClick={() => {
            helpOpen.value = false
            startTour()
          }}
        >
          {words.value.tourAgain}
        </button>
      </p>
      <p class="help-about">{t.about}</p>
    </div>
  )
}
