/** A name without accents and capitals: sources differ in both, so names are compared in this form. */
export const plainName = (name: string) => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()
