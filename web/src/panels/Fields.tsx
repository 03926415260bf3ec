import type { Field, ItemFeature, Layer } from '../api/types'
import {
  DATE_PRECISION,
  formatPartialDate,
  formatValue,
  holdsName,
  lang,
  readableField,
  words,
} from '../i18n'

/** What a source wrote is Spanish on the English page too: screen readers are told. */
export const sourceLang = () => (lang.value === 'es' ? undefined : 'es')

function textOf(layer: Layer, item: ItemFeature, field: Field): string | null {
  const written = item.properties[field.name]
  if (field.type === 'date' && typeof written === 'string') {
    return formatPartialDate(written, item.properties[DATE_PRECISION], lang.value)
  }
  const value = formatValue(field, written, lang.value, words.value)
  return value !== null && holdsName(layer, field.name) ? readableField(layer, field.name, value) : value
}

/** Leads to the case in the register; read by the card. */
export const CASE_ID = 'case_id'
/** Whose case it is, as its source says in words. */
const INSTITUTION = 'institution'

/** Fields that a reader looks for: their place is kept though the source left them empty. */
const isMain = (layer: Layer, { name }: Field) =>
  name === layer.category_field || layer.list_fields.includes(name)

/** Every field with its value; what the source leaves out is said to be left out. */
export function Fields({ layer, item }: { layer: Layer; item: ItemFeature }) {
  const t = words.value
  const entries = layer.fields
    .filter(({ name }) => ![layer.name_field, DATE_PRECISION, CASE_ID, INSTITUTION].includes(name))
    .map((field) => ({ field, value: textOf(layer, item, field) }))
  // Of a case of the register the map has what is public: what is missing may be known.
  const isOfRegister = Boolean(item.properties[CASE_ID])
  if (entries.every(({ value }) => value === null)) return <p class="empty">{t.noDetails}</p>
  const shown = entries.filter(({ field, value }) => value !== null || isMain(layer, field))
  const missing = entries.filter((entry) => !shown.includes(entry))
  return (
    <>
      <dl class="fields">
        {shown.map(({ field, value }) => (
          <div key={field.name} class={value && value.length > 60 ? 'field-long' : undefined}>
            <dt>{field.title[lang.value]}</dt>
            {value === null ? (
              <dd class="field-missing">{isOfRegister ? t.notPublic : t.notStated}</dd>
            ) : (
              <dd lang={field.type === 'text' ? sourceLang() : undefined}>{value}</dd>
            )}
          </div>
        ))}
      </dl>
      {missing.length > 0 && (
        <p class="fields-missing">
          {(isOfRegister ? t.missingPublic : t.missing)(
            missing.map(({ field }) => field.title[lang.value]).join(', '),
          )}
        </p>
      )}
    </>
  )
}
