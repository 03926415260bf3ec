import { adminWords } from './words'

interface Props {
  /** What the form is about; of something new its code is asked, too. */
  code: string | undefined
  es: string | undefined
  en: string | undefined
}

/** A code, and what it is called in both languages. */
export function Titles({ code, es, en }: Props) {
  const t = adminWords.value
  const titles = [
    ['es', 'Español', es],
    ['en', 'English', en],
  ] as const
  return (
    <>
      <label>
        <span>{t.code}</span>
        <input
          name="code"
          required
          readOnly={code !== undefined}
          defaultValue={code ?? ''}
          autocomplete="off"
        />
      </label>
      {titles.map(([name, title, value]) => (
        <label key={name}>
          <span>{title}</span>
          <input name={name} required defaultValue={value ?? ''} autocomplete="off" />
        </label>
      ))}
    </>
  )
}
