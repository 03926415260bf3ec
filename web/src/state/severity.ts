import type { Properties } from '../api/types'

/** How grave a case is, from its state and phase: five steps, the gravest first (docs/guide.md tells them to readers). */
export const SEVERITIES = ['5', '4', '3', '2', '1'] as const
export type Severity = (typeof SEVERITIES)[number]

/** OrRd in five steps (ColorBrewer). */
export const SEVERITY_COLORS: Record<Severity, string> = {
  '5': '#b30000',
  '4': '#e34a33',
  '3': '#fc8d59',
  '2': '#fdcc8a',
  '1': '#fef0d9',
}

/** What each step is, as a condition on fields (CQL2 text). */
const CONDITIONS: Record<Severity, string> = {
  '5': "state = 'activo' AND phase = 'crisis'",
  '4': "state = 'activo' AND phase = 'escalamiento'",
  '3': "state = 'activo' AND (phase = 'temprana' OR phase IS NULL)",
  '2': "state = 'activo' AND phase IN ('desescalamiento', 'dialogo')",
  '1': "state = 'latente'",
}

const OF_PHASE: Record<string, Severity> = {
  crisis: '5',
  escalamiento: '4',
  temprana: '3',
  desescalamiento: '2',
  dialogo: '2',
}

/** Null for one that is over. */
export function severityOf(properties: Properties | null): Severity | null {
  if (properties?.state === 'latente') return '1'
  if (properties?.state !== 'activo') return null
  const phase = properties.phase
  return typeof phase === 'string' ? (OF_PHASE[phase] ?? null) : '3'
}

/** The same choice as the server is asked for. */
export const conditionOf = (chosen: Severity[]): string | undefined =>
  chosen.length > 0 ? chosen.map((one) => `(${CONDITIONS[one]})`).join(' OR ') : undefined
