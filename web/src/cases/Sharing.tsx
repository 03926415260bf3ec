import { useState } from 'preact/hooks'
import { type Case, openInstitutions, titleOfInstitution } from './cases'
import { Failed } from './Failed'
import { caseWords } from './words'

interface Props {
  shown: Case
  /** Why it was not changed. */
  failed: string
  send: (next: { sharing: string; shared_with: string[]; draft: boolean }) => void
}

/** Who else may see a case. */
export function Sharing({ shown, failed, send }: Props) {
  const t = caseWords.value
  const [sharing, setSharing] = useState(shown.sharing ?? 'own')
  const open = shown.facts.filter((fact) => fact.source_class === 'public')
  const hasPublicName = open.some((fact) => fact.kind === 'name')
  const places = shown.facts.filter((fact) => fact.kind === 'place')
  const hasPublicPlace = open.some((fact) => fact.kind === 'place' && fact.protection === 'public')
  const others = openInstitutions().filter(({ id }) => id !== shown.institution)
  return (
    <form
      class="data-import case-sharing"
      onSubmit={(event) => {
        event.preventDefault()
        const told = new FormData(event.currentTarget)
        send({
          sharing,
          shared_with: sharing === 'own' ? [] : told.getAll('with').map(String),
          draft: sharing === 'own' && told.has('draft'),
        })
      }}
    >
      <h2>{t.sharing}</h2>
      <fieldset class="case-choices">
        <legend class="visually-hidden">{t.sharing}</legend>
        {(['own', 'shared', 'public'] as const).map((each) => (
          <label key={each} class="data-check">
            <input
              type="radio"
              name="sharing"
              value={each}
              checked={sharing === each}
              onChange={() => setSharing(each)}
            />
            <span>{t.sharings[each]}</span>
          </label>
        ))}
      </fieldset>
      {sharing === 'public' && (
        <p class={hasPublicName ? 'case-note' : 'data-stale'} role="status">
          {t.publicSees(open.length, shown.facts.length)} {!hasPublicName && t.namelessIsNowhere}{' '}
          {hasPublicName && places.length > 0 && !hasPublicPlace && t.placelessOnMap}
        </p>
      )}
      {sharing !== 'own' && shown.draft && <p class="case-note">{t.noLongerDraft}</p>}
      {sharing === 'own' ? (
        <label class="data-check">
          <input type="checkbox" name="draft" defaultChecked={shown.draft ?? false} />
          <span>{t.isDraft}</span>
        </label>
      ) : (
        <fieldset class="case-choices">
          <legend>{t.sharedWith}</legend>
          {others.map(({ id }) => (
            <label key={id} class="data-check">
              <input
                type="checkbox"
                name="with"
                value={id}
                defaultChecked={shown.shared_with?.includes(id) ?? false}
              />
              <span>{titleOfInstitution(id)}</span>
            </label>
          ))}
        </fieldset>
      )}
      <Failed text={failed} />
      <p class="data-actions">
        <button type="submit" class="button is-main">
          {t.save}
        </button>
      </p>
    </form>
  )
}
