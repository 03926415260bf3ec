/** The field that says how well a case's place is known. */
export const PRECISION = 'location_precision'

/** Precisions of a case's place that mark the place itself; the others only say in which area it lies. */
export const PRECISE = ['sitio', 'centro_poblado']
/** The point stands for one of these areas; otherwise the source does not say what it stands for. */
export const AREAS = ['distrito', 'provincia', 'departamento']

export const isApproximate = (precision: unknown): boolean =>
  typeof precision !== 'string' || !PRECISE.includes(precision)
