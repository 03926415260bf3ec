import type { ComponentChildren } from 'preact'

interface Props {
  heads: string[]
  /** Where nothing in it can be focused: what it is called, so that the keyboard reaches it to scroll it. */
  label?: string
  /** One `tr` for each row. */
  children: ComponentChildren
}

/** A table that scrolls sideways by itself where it is wider than the page. */
export function Table({ heads, label, children }: Props) {
  return (
    <div
      class="data-table"
      {...(label === undefined ? {} : { role: 'region', tabIndex: 0, 'aria-label': label })}
    >
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
