/** What an import does to a feature, and the colour it is drawn in; each is named beside its colour. */
export const KIND_COLORS: Record<string, string> = {
  added: '#1a7f37',
  removed: '#b3261e',
  moved: '#7b3fb8',
  changed: '#9a6700',
}
