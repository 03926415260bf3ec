/** What one reader likes on one device; storage may be forbidden, and a choice then lasts as long as the page. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`rimay.${key}`)
  } catch {
    return null
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`rimay.${key}`, value)
  } catch {
    // See above: nothing is lost but the memory of it.
  }
}
