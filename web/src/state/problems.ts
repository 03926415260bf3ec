import { signal } from '@preact/signals'
import { ApiError, isAborted } from '../api/client'

/** What failed: `catalogue`, `search`, `card`, or a layer id. */
export interface Problem {
  about: string
  requestId: string | null
  offline: boolean
}

export const problems = signal<Problem[]>([])

/**
 * Keeps one problem for each subject, the latest. Requests we gave up ourselves are no problem. Like
 * `clearProblem` it only peeks, so that an effect that reports does not run again for its own report.
 */
export function reportProblem(about: string, error: unknown): void {
  if (isAborted(error)) return
  const api = error instanceof ApiError ? error : null
  const problem = { about, requestId: api?.requestId ?? null, offline: api?.status === 0 }
  problems.value = [...problems.peek().filter((other) => other.about !== about), problem]
}

/** What failed of a subject, as an error; null where nothing did. */
export function failureOf(...subjects: string[]): ApiError | null {
  const found = problems.value.find(({ about }) => subjects.includes(about))
  return found ? new ApiError(found.offline ? 0 : 500, '', found.requestId) : null
}

export function clearProblem(about: string): void {
  const others = problems.peek().filter((problem) => problem.about !== about)
  if (others.length < problems.peek().length) problems.value = others
}
