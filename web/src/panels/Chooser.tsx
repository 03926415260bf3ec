import { useEffect, useRef } from 'preact/hooks'
import { lang, readableName, words } from '../i18n'
import { layerById, natureIn } from '../state/catalogue'
import { type Candidate, type Choice, select } from '../state/selection'
import { Badge } from './Badge'
import { LayerMark } from './LayerMark'
import { ZoomButton } from './ZoomButton'

function CandidateRow({ candidate, inCluster }: { candidate: Candidate; inCluster: boolean }) {
  const layer = layerById(candidate.layer)
  if (!layer) return null
  const code = layer.fields
    .find((field) => field.name === layer.category_field)
    ?.codes.find((entry) => entry.code === candidate.category)
  return (
    <li>
      <button type="button" class="row" onClick={() => select(candidate.layer, candidate.id)}>
        <LayerMark layer={layer} category={candidate.category} />
        <span class="row-text">
          <span class="row-name">{readableName(candidate.name)}</span>
          <span class="visually-hidden">. </span>
          <span class="row-context">
            <Badge nature={natureIn(layer, candidate.synthetic)} />
            {[inCluster ? null : layer.title[lang.value], code?.[lang.value]].filter(Boolean).join(' · ')}
          </span>
        </span>
      </button>
    </li>
  )
}

/** Everything under one click, or every case of one cluster, to choose from. */
export function Chooser({ choice }: { choice: Choice }) {
  const t = words.value
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [choice])
  const { kind, candidates, bbox } = choice
  const total = candidates.length
  return (
    <div class="chooser">
      <h2 ref={heading} tabIndex={-1}>
        {kind === 'cluster' ? t.clusterTitle : t.hereTitle}
      </h2>
      <p class="list-summary" role="status">
        {kind === 'cluster' ? t.clusterCount(total) : t.hereCount(total)}
      </p>
      {bbox && <ZoomButton bbox={bbox} />}
      <ul class="rows">
        {candidates.map((candidate) => (
          <CandidateRow
            key={`${candidate.layer}.${candidate.id}`}
            candidate={candidate}
            inCluster={kind === 'cluster'}
          />
        ))}
      </ul>
    </div>
  )
}
