// The page's own files and what was last seen, for when the server cannot be reached. What only some may see is never
// kept: the server says `no-store` of it.
export {}

declare const self: ServiceWorkerGlobalScope

/** The page and its files, which stay; and what was asked for, of which the oldest goes first. */
const FILES = 'rimay-files-1'
const ANSWERS = 'rimay-answers-1'
const MOST_ANSWERS = 400
/** Several builds of the page; the files of the oldest go first. */
const MOST_FILES = 300
/** When an answer came, in answers that are told again. */
const RECEIVED = 'x-rimay-received'
/** Under this address the page itself is kept, whatever view it was opened at. */
const PAGE = '/mapa'

/** Views of the map, which are all the same page; the others need their server. */
const VIEWS = ['/', '/mapa', '/acerca', '/comparar', '/lamina']
const FOREVER = /^\/assets\//
const OWN = /^\/fonts\/|^\/(icon[^/]*|manifest\.webmanifest)$/
const ASKED =
  /^\/(basemap|tiles)\/|^\/api\/(catalogue|timeline|schemes|institutions|standings|changes|layers\/)|^\/ogc\/collections\/[^/]+\/items/

/** Where something is kept; null where it is not. */
function placeOf(path: string): typeof FILES | typeof ANSWERS | null {
  if (path === PAGE || FOREVER.test(path) || OWN.test(path)) return FILES
  return ASKED.test(path) ? ANSWERS : null
}

async function keep(key: string, response: Response): Promise<void> {
  const path = new URL(key, self.location.origin).pathname
  const place = placeOf(path)
  if (!place || !response.ok || response.headers.get('cache-control')?.includes('no-store')) return
  if (path === PAGE && !response.headers.get('content-type')?.startsWith('text/html')) return
  const headers = new Headers(response.headers)
  headers.set(RECEIVED, new Date().toISOString())
  // (The body is as the browser unpacked it.)
  headers.delete('content-encoding')
  headers.delete('content-length')
  const cache = await caches.open(place)
  await cache.delete(key)
  await cache.put(key, new Response(response.body, { status: response.status, headers }))
  const keys = await cache.keys()
  const excess = keys.length - (place === FILES ? MOST_FILES : MOST_ANSWERS)
  await Promise.all(keys.slice(0, Math.max(0, excess)).map((old) => cache.delete(old)))
}

async function kept(key: string): Promise<Response | undefined> {
  const place = placeOf(new URL(key, self.location.origin).pathname)
  return place ? (await caches.open(place)).match(key) : undefined
}

/** From the server, and only where it does not answer what was kept. */
async function fresh(request: Request, key: string, event: FetchEvent): Promise<Response> {
  try {
    const response = await fetch(request)
    event.waitUntil(keep(key, response.clone()))
    return response
  } catch (error) {
    const old = await kept(key)
    if (old) return old
    throw error
  }
}

/** What is named after its content never changes. */
async function once(request: Request, event: FetchEvent): Promise<Response> {
  return (await kept(request.url)) ?? fresh(request, request.url, event)
}

self.addEventListener('install', () => {
  void self.skipWaiting()
})

self.addEventListener('activate', (event) => {
  const others = async () => {
    const names = await caches.keys()
    await Promise.all(
      names.filter((name) => name !== FILES && name !== ANSWERS).map((name) => caches.delete(name)),
    )
    await self.clients.claim()
  }
  event.waitUntil(others())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    if (VIEWS.includes(url.pathname)) event.respondWith(fresh(request, PAGE, event))
  } else if (FOREVER.test(url.pathname)) {
    event.respondWith(once(request, event))
  } else if (placeOf(url.pathname)) {
    event.respondWith(fresh(request, request.url, event))
  }
})

/** What the page fetched before there was anybody to keep it. */
self.addEventListener('message', (event) => {
  const urls: string[] = event.data?.seen ?? []
  const keepAll = async () => {
    for (const address of urls) {
      const url = new URL(address, self.location.origin)
      const key = url.pathname === PAGE ? PAGE : url.href
      if (!placeOf(url.pathname) || (await kept(key))) continue
      // One after another, so that what the reader asks for meanwhile does not wait.
      await fetch(url)
        .then((response) => keep(key, response))
        .catch(() => undefined)
    }
  }
  event.waitUntil(keepAll())
})
