import { useEffect, useState } from 'preact/hooks'
import { errorOf } from '../api/client'
import { lang } from '../i18n'
import { formatDate, formatNumber } from '../i18n/format'
import { ask, Refusal, sentenceOf, type Wrong } from './cases'
import { Failed } from './Failed'
import { caseWords } from './words'

interface Attachment {
  id: string
  name: string
  bytes: number
  source_class: string
  recorded_at: string
}

interface Props {
  id: string
  mayWrite: boolean
  /** Called when files came or went: the case has another version then. */
  changed: () => void
}

/** Files of a case, for those it is shared with. */
export function Attachments({ id, mayWrite, changed }: Props) {
  const t = caseWords.value
  const [files, setFiles] = useState<Attachment[]>([])
  const [failed, setFailed] = useState('')
  const [sourceClass, setSourceClass] = useState('institutional')
  const path = `/api/cases/${id}/attachments`
  const load = async () => setFiles((await ask<{ attachments: Attachment[] }>('GET', path)).attachments)
  const attempt = async (work: () => Promise<unknown>) => {
    setFailed('')
    try {
      await work()
      await load()
    } catch (error) {
      setFailed(sentenceOf(error))
    }
  }
  useEffect(() => {
    void attempt(async () => {})
  }, [id])
  const send = (file: File, form: HTMLFormElement) =>
    attempt(async () => {
      const query = new URLSearchParams({ name: file.name, 'source-class': sourceClass })
      const response = await fetch(`${path}?${query}`, { method: 'POST', body: file })
      if (!response.ok) {
        const told = (await response
          .clone()
          .json()
          .catch(() => ({}))) as { errors?: Wrong[] }
        throw new Refusal(await errorOf(response), told.errors ?? [], null)
      }
      form.reset()
      changed()
    })
  if (files.length === 0 && !mayWrite) return null
  return (
    <section class="case-group">
      <h2>{t.files}</h2>
      <Failed text={failed} />
      <ul class="case-files">
        {files.map((file) => (
          <li key={file.id}>
            <a class="link" href={`${path}/${file.id}`} download={file.name}>
              {file.name}
            </a>{' '}
            <span class="case-note">
              {formatNumber(Math.ceil(file.bytes / 1024), lang.value)} kB ·{' '}
              {formatDate(file.recorded_at, lang.value)} ·{' '}
              {t.sourceClasses[file.source_class as keyof typeof t.sourceClasses] ?? file.source_class}
            </span>{' '}
            {mayWrite && (
              <button
                type="button"
                class="link"
                onClick={() =>
                  confirm(t.removeSure) &&
                  void attempt(async () => {
                    await ask('DELETE', `${path}/${file.id}`)
                    changed()
                  })
                }
              >
                {t.remove} <span class="visually-hidden">{file.name}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayWrite && (
        <form class="data-import">
          <label>
            <span>{t.fileClass}</span>
            <select value={sourceClass} onChange={({ currentTarget }) => setSourceClass(currentTarget.value)}>
              {(['institutional', 'reserved'] as const).map((code) => (
                <option key={code} value={code}>
                  {t.fileClasses[code]}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t.addFile}</span>
            <input
              type="file"
              onChange={(event) => {
                const file = event.currentTarget.files?.[0]
                const form = event.currentTarget.form
                if (file && form) void send(file, form)
              }}
            />
          </label>
        </form>
      )}
    </section>
  )
}
