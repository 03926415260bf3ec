import type { ComponentChildren } from 'preact'

interface Props {
  heads: string[]
  /** One `tr` for each row. */
  children: ComponentChildren
}

/** A table that scrolls sideways by itself where it is wider than the page. */
export function Table({ heads, children }: Props) {
  return (
    <div class="data-table">
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
