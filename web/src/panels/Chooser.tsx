import { useEffect, useRef } from 'preact/hooks'
import type { ChangedCase, Layer } from '../api/types'
import { formatDate, formatDistance, formatPlace, lang, readableIn, readablePlace, words } from '../i18n'
import { compareCases } from '../state/caseOrder'
import { casesById } from '../state/cases'
import { CASES, layerById, natureIn } from '../state/catalogue'
import { changeById, changes } from '../state/changes'
import { caseOrder } from '../state/filters'
import { identify, REACH_M } from '../state/identify'
import { type Candidate, type Choice, select } from '../state/selection'
import { Badge } from './Badge'
import { CaseContext } from './CaseContext'
import { standingOf } from './ChangesFilter'
import { Icon } from './Icon'
import { LayerMark } from './LayerMark'
import { licenceOf, vintageOf } from './Sources'
import { ZoomButton } from './ZoomButton'

interface Props {
  layer: Layer
  candidate: Candidate
  inCluster: boolean
  /** What became of it, where that is what is listed. */
  changed: ChangedCase | undefined
}

function Context({ layer, candidate, inCluster, changed }: Props) {
  if (changed) {
    return [standingOf(changed), changed.department && readablePlace(changed.department)]
      .filter(Boolean)
      .join(' · ')
  }
  const properties = inCluster ? casesById.value.get(candidate.id) : undefined
  if (properties) return <CaseContext layer={layer} properties={properties} />
  const code = layer.fields
    .find((field) => field.name === layer.category_field)
    ?.codes.find((entry) => entry.code === candidate.category)
  const far = candidate.distance_m
  const distance = far === undefined ? null : words.value.away(formatDistance(far, lang.value))
  return [layer.title[lang.value], code?.[lang.value], distance].filter(Boolean).join(' · ')
}

/** The cases of a cluster in the order of the list; what lies under a click in the order it was found. */
function inOrder({ kind, candidates }: Choice): Candidate[] {
  if (kind !== 'cluster') return candidates
  const known = ({ id, name }: Candidate) => casesById.value.get(id) ?? { name }
  return candidates.toSorted((one, other) => compareCases(caseOrder.value, known(one), known(other)))
}

/** Whose data it is, under which licence, and when it was loaded. */
function SourceLine({ layer, name }: { layer: Layer; name: string | null }) {
  const t = words.value
  const only = layer.sources.length === 1 && layer.id !== CASES ? layer.sources[0] : undefined
  const source = layer.sources.find(({ preset }) => preset === name) ?? (name === null ? only : undefined)
  const told = source
    ? t.sourceOf(source.source[lang.value], licenceOf(source), vintageOf(source))
    : (name ?? t.registers)
  return <span class="row-source">{told}</span>
}

function CandidateRow({ candidate, inCluster, changed }: Omit<Props, 'layer'>) {
  const layer = layerById(candidate.layer)
  if (!layer) return null
  return (
    <li>
      <button type="button" class="row" onClick={() => select(candidate.layer, candidate.id)}>
        <LayerMark layer={layer} category={candidate.category} />
        <span class="row-text">
          <span class="row-name">{readableIn(layer.id, candidate.name)}</span>
          <span class="visually-hidden">. </span>
          <span class="row-context">
            <Badge nature={natureIn(layer, candidate.synthetic)} />
            <Context layer={layer} candidate={candidate} inCluster={inCluster} changed={changed} />
          </span>
          {candidate.source !== undefined && <SourceLine layer={layer} name={candidate.source} />}
        </span>
      </button>
    </li>
  )
}

/** What the list is of; of changes their kind and since when. */
function titleOf({ kind, candidates, at }: Choice): string {
  const t = words.value
  if (kind === 'place' && at) return formatPlace(at, lang.value)
  if (kind !== 'changes') return kind === 'cluster' ? t.clusterTitle : t.hereTitle
  const change = changeById.value.get(candidates[0]?.id ?? -1)?.change
  const since = changes.value?.since
  return change && since
    ? t.changesTitle(t.changeKinds[change], formatDate(since, lang.value))
    : t.whatChanged
}

/** Everything under one click, or every case of one cluster, to choose from. */
export function Chooser({ choice }: { choice: Choice }) {
  const t = words.value
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [choice])
  const { kind, candidates, bbox, at } = choice
  const total = candidates.length
  return (
    <div class="chooser">
      <h2 ref={heading} tabIndex={-1}>
        {titleOf(choice)}
      </h2>
      <p class="list-summary" role="status">
        {kind === 'here' || kind === 'place' ? t.hereCount(total) : t.clusterCount(total)}
      </p>
      {bbox && <ZoomButton bbox={bbox} />}
      {kind === 'place' && <p class="list-note">{t.placeReach(formatDistance(REACH_M, lang.value))}</p>}
      {kind === 'here' && at && (
        <button type="button" class="link" onClick={() => void identify(at)}>
          <Icon name="target" />
          {t.identifyAll}
        </button>
      )}
      <ul class="rows">
        {inOrder(choice).map((candidate) => (
          <CandidateRow
            key={`${candidate.layer}.${candidate.id}`}
            candidate={candidate}
            inCluster={kind === 'cluster'}
            changed={kind === 'changes' ? changeById.value.get(candidate.id) : undefined}
          />
        ))}
      </ul>
    </div>
  )
}
