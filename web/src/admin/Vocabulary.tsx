import { useState } from 'preact/hooks'
import { kinds, titleOfKind } from '../cases/cases'
import { Crosswalk } from './Crosswalk'
import { Lists } from './Lists'
import { adminWords } from './words'

/** The words of an institution, list by list, and what others call the same. */
export function Vocabulary({ institution }: { institution: string }) {
  const t = adminWords.value
  const [list, setList] = useState('type')
  const lists = (kinds.value?.kinds ?? []).filter((kind) => kind.is_listed).map(({ id }) => id)
  return (
    <section class="case-group" data-part="lists">
      <h2>{t.lists}</h2>
      <p class="data-actions">
        {lists.map((id) => (
          <button key={id} type="button" class="link" aria-pressed={id === list} onClick={() => setList(id)}>
            {titleOfKind(id)}
          </button>
        ))}
      </p>
      <Lists key={`${institution} ${list}`} institution={institution} list={list} />
      <Crosswalk key={`${institution} ${list} crosswalk`} institution={institution} list={list} />
    </section>
  )
}
