import { lang, words } from '../i18n'
import { casesBySeverity, knownInstitutions, knownTypes } from '../state/cases'
import {
  chosenInstitution,
  chosenScheme,
  chosenSeverities,
  chosenType,
  toggleSeverity,
} from '../state/filters'
import { inLanguage } from '../state/language'
import { schemes } from '../state/schemes'
import { SEVERITIES, SEVERITY_COLORS, type Severity } from '../state/severity'
import { Count } from './Count'
import { titleOfInstitution, titleOfScheme, titleOfType } from './caseTitles'

export function SeverityMark({ severity }: { severity: Severity }) {
  return (
    <svg class="mark" viewBox="-8 -8 16 16" aria-hidden="true">
      <rect x="-6" y="-6" width="12" height="12" rx="2" fill={SEVERITY_COLORS[severity]} stroke="#7f0000" />
    </svg>
  )
}

function SeverityFilter() {
  const t = words.value
  const chosen = chosenSeverities.value
  return (
    <fieldset class="states">
      <legend>{t.severityFilter}</legend>
      {SEVERITIES.map((severity) => (
        <label
          key={severity}
          class="state"
          data-off={chosen.length > 0 && !chosen.includes(severity) ? '' : undefined}
        >
          <input
            type="checkbox"
            checked={chosen.includes(severity)}
            onChange={() => toggleSeverity(severity)}
          />
          <SeverityMark severity={severity} />
          <span>{t.severities[severity]}</span>
          <Count value={casesBySeverity.value && (casesBySeverity.value[severity] ?? 0)} />
        </label>
      ))}
    </fieldset>
  )
}

interface OneOfProps {
  title: string
  all: string
  chosen: string | null
  options: { code: string; title: string }[]
  onChoose: (code: string | null) => void
}

function OneOf({ title, all, chosen, options, onChoose }: OneOfProps) {
  return (
    <label class="department">
      <span>{title}</span>
      <select value={chosen ?? ''} onChange={(event) => onChoose(event.currentTarget.value || null)}>
        <option value="">{all}</option>
        {options.map(({ code, title }) => (
          <option key={code} value={code}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Whose way of counting decides which cases are shown; the scheme says what it counts. */
function SchemeFilter() {
  const t = words.value
  const known = schemes.value ?? []
  if (knownInstitutions.value.length === 0 || known.length === 0) return null
  const chosen = known.find(({ id }) => id === chosenScheme.value)
  return (
    <>
      <OneOf
        title={t.schemeFilter}
        all={t.schemeNone}
        chosen={chosenScheme.value}
        options={known.map(({ id }) => ({ code: id, title: titleOfScheme(id) }))}
        onChoose={(id) => {
          chosenScheme.value = id
        }}
      />
      {chosen && (
        <p class="filter-note">
          {lang.value === 'en' ? chosen.definition_en : chosen.definition_es}{' '}
          {t.schemeStamp(titleOfScheme(chosen.id), chosen.version)}{' '}
          <a class="link" href={inLanguage(`/cifras?esquema=${chosen.id}`)}>
            {t.whyDiffer}
          </a>
        </p>
      )}
    </>
  )
}

/** Filters of cases beside their state and department. Only what tells some cases from others is offered. */
export function CaseFilters() {
  const t = words.value
  const types = new Set([...knownTypes.value, ...(chosenType.value ? [chosenType.value] : [])])
  const recording = new Set([
    ...knownInstitutions.value,
    ...(chosenInstitution.value ? [chosenInstitution.value] : []),
  ])
  const isChosen =
    chosenSeverities.value.length > 0 ||
    [chosenType, chosenInstitution, chosenScheme].some((choice) => choice.value !== null)
  // (Shut, so that what comes later than the page moves nothing.)
  return (
    <details class="more-filters" open={isChosen}>
      <summary>{recording.size > 0 || chosenScheme.value ? t.moreFilters : t.fewFilters}</summary>
      <SeverityFilter />
      <OneOf
        title={t.typeFilter}
        all={t.all}
        chosen={chosenType.value}
        options={[...types].map((code) => ({ code, title: titleOfType(code) }))}
        onChoose={(code) => {
          chosenType.value = code
        }}
      />
      {recording.size > 0 && (
        <OneOf
          title={t.institutionFilter}
          all={t.allFeminine}
          chosen={chosenInstitution.value}
          options={[...recording].map((code) => ({ code, title: titleOfInstitution(code) }))}
          onChoose={(code) => {
            chosenInstitution.value = code
          }}
        />
      )}
      <SchemeFilter />
    </details>
  )
}
