const onPage = () => document.createElement('canvas').getContext('webgl2') !== null

/** Whether the browser draws with WebGL2, found out beside the page where the browser can. */
export function hasWebgl2(): Promise<boolean> {
  if (typeof OffscreenCanvas === 'undefined') return Promise.resolve(onPage())
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./webgl.worker.ts', import.meta.url), { type: 'module' })
    const answer = (found: boolean) => {
      worker.terminate()
      resolve(found)
    }
    worker.onmessage = ({ data }) => answer(data === true)
    // A browser may have OffscreenCanvas without WebGL in it.
    worker.onerror = () => answer(onPage())
  })
}
