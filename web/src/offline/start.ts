/** After so long the page is read and nothing of it waits any more. */
const LATER_MS = 4000

/** Keeps the page and what it shows for when the server cannot be reached. Where browsers refuse, nothing is lost. */
export function startKeeping(): void {
  if (!('serviceWorker' in navigator)) return
  setTimeout(async () => {
    try {
      await navigator.serviceWorker.register('/sw.js')
      const { active } = await navigator.serviceWorker.ready
      const fetched = performance.getEntriesByType('resource').map(({ name }) => name)
      active?.postMessage({ seen: ['/mapa', ...new Set(fetched)] })
    } catch (error) {
      console.warn(error)
    }
  }, LATER_MS)
}
