import { words } from '../i18n'
import { anyDated } from '../state/cases'
import { CASES } from '../state/catalogue'
import { caseOrder, listLayer, ORDERS, type Order } from '../state/filters'

/** How the cases are ordered, and what that means. */
export function OrderChooser() {
  const t = words.value
  if (listLayer.value !== CASES) return null
  const undated = !anyDated.value
  const hint = undated && caseOrder.value === 'recent' ? t.noneDated : t.orderHints[caseOrder.value]
  return (
    <label class="list-order">
      <span>{t.orderedBy}</span>
      <select
        aria-label={t.orderedBy}
        aria-describedby="order-hint"
        value={caseOrder.value}
        onChange={(event) => {
          caseOrder.value = event.currentTarget.value as Order
        }}
      >
        {ORDERS.map((order) => (
          <option key={order} value={order} disabled={undated && order === 'recent'}>
            {undated && order === 'recent' ? t.recentUndated : t.orders[order]}
          </option>
        ))}
      </select>
      <small id="order-hint">{hint}</small>
    </label>
  )
}
