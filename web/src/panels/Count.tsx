import { formatNumber, lang } from '../i18n'

export const Count = ({ value }: { value: number }) => (
  <span class="count">{formatNumber(value, lang.value)}</span>
)
