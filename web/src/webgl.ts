const onPage = () => document.createElement('canvas').getContext('webgl2') !== null

/**
 * Whether the page can draw with WebGL2. Where the browser can, the graphics are started beside the page first; what
 * counts is the page's own answer, as a worker may have what the page is denied.
 */
export function hasWebgl2(): Promise<boolean> {
  if (typeof OffscreenCanvas === 'undefined') return Promise.resolve(onPage())
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./webgl.worker.ts', import.meta.url), { type: 'module' })
    const answer = () => {
      worker.terminate()
      resolve(onPage())
    }
    worker.onmessage = answer
    worker.onerror = answer
  })
}
