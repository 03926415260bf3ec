import { formatNumber, lang } from '../i18n'

/** A number, or a dash while it is not known: nought would be a claim. */
export const Count = ({ value }: { value: number | null }) => (
  <span class="count">{value === null ? '–' : formatNumber(value, lang.value)}</span>
)
