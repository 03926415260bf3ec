import type { ChangeKind } from '../api/types'
import { words } from '../i18n'
import { SIGNS } from '../state/changes'

const PATHS = {
  up: 'M6 1.500 11 10H1Z',
  down: 'M6 10.500 1 2h10Z',
  plus: 'M6 1.500v9M1.500 6h9',
}

/** The sign of what became of a case, with its word for those who do not see it. */
export function ChangeMark({ kind }: { kind: ChangeKind }) {
  const title = words.value.changeKinds[kind]
  return (
    <svg class="change-mark" data-sign={SIGNS[kind]} viewBox="0 0 12 12" role="img" aria-label={title}>
      <title>{title}</title>
      <path d={PATHS[SIGNS[kind]]} />
    </svg>
  )
}
