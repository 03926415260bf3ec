import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'

interface Props {
  /** Opens it when this becomes true; it is closed by hand only. */
  when: boolean
  class?: string
  children: ComponentChildren
}

/** Details that open by themselves where there is something in them. */
export function Opening({ when, class: name, children }: Props) {
  const [isOpen, setOpen] = useState(when)
  useEffect(() => {
    if (when) setOpen(true)
  }, [when])
  return (
    <details class={name} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      {children}
    </details>
  )
}
