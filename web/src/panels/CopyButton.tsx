import { useSignal } from '@preact/signals'
import { words } from '../i18n'
import { Icon, type IconName } from './Icon'

interface Props {
  label: string
  icon: IconName
  text: () => string
}

/** Copies a text and says so in its own place, so that nothing jumps. */
export function CopyButton({ label, icon, text }: Props) {
  const said = useSignal<'copied' | 'copyFailed' | null>(null)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text())
      said.value = 'copied'
    } catch {
      said.value = 'copyFailed'
    }
    setTimeout(() => {
      said.value = null
    }, 2500)
  }
  return (
    <button type="button" class="link" onClick={copy}>
      <Icon name={icon} />
      <span aria-live="polite">{said.value ? words.value[said.value] : label}</span>
    </button>
  )
}
