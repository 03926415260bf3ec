import { signal } from '@preact/signals'

/** The layer that the reader asked the map to fetch again. */
export const retryRequest = signal<string | null>(null)
