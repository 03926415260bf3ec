import { useEffect, useState } from 'preact/hooks'
import { ask } from '../cases/cases'
import { Failed } from '../cases/Failed'
import { type Scheme, titleOfScheme } from '../counts/counts'
import { Table } from '../data/Table'
import { lang } from '../i18n'
import { useAttempt } from './attempt'
import { SchemeForm } from './SchemeForm'
import { adminWords } from './words'

/** Which cases an institution counts. */
export function Schemes({ institution }: { institution: string }) {
  const t = adminWords.value
  const [attempt, failed] = useAttempt()
  const [schemes, setSchemes] = useState<Scheme[]>([])
  const [fields, setFields] = useState<string[]>([])
  const [chosen, setChosen] = useState('')
  const [told, setTold] = useState('')
  const load = async () => {
    const there = await ask<{ schemes: Scheme[]; fields: string[] }>('GET', '/api/schemes')
    setSchemes(there.schemes.filter((scheme) => scheme.institution === institution))
    setFields(there.fields)
  }
  useEffect(() => {
    void attempt(load)
  }, [institution])
  const scheme = schemes.find(({ id }) => id === chosen)
  const save = ({ id, ...body }: Scheme) =>
    attempt(async () => {
      const total = async () => (await ask<{ total: number }>('GET', `/api/schemes/${id}/counts`)).total
      const before = await total()
      await ask('PUT', `/api/schemes/${id}`, body)
      setTold(t.schemeCounts(before, await total()))
      await load()
      setChosen('')
    })
  return (
    <section class="case-group" data-part="schemes">
      <h2>{t.schemes}</h2>
      <Table heads={[t.scheme, t.definition, t.version, t.change]}>
        {schemes.map((one) => (
          <tr key={one.id}>
            <td>{titleOfScheme(one)}</td>
            <td>{lang.value === 'en' ? one.definition_en : one.definition_es}</td>
            <td class="is-number">{one.version}</td>
            <td>
              <button type="button" class="link" onClick={() => setChosen(one.id)}>
                {t.change} <span class="visually-hidden">{titleOfScheme(one)}</span>
              </button>
            </td>
          </tr>
        ))}
      </Table>
      <p role="status">{told}</p>
      {scheme ? (
        <SchemeForm
          key={`${scheme.id} ${scheme.version}`}
          scheme={scheme}
          fields={fields}
          failed={failed}
          save={(next) => void save(next)}
        />
      ) : (
        <Failed text={failed} />
      )}
    </section>
  )
}
