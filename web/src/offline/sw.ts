// The page's own files and what was last seen, for when the server cannot be reached. What only some may see is never
// kept: the server says `no-store` of it.
export {}

declare const self: ServiceWorkerGlobalScope

const CACHE = 'rimay-1'
/** Answers that are kept, at most; the oldest go first. */
const MOST = 600
/** When an answer came, in answers that are told again. */
const RECEIVED = 'x-rimay-received'
/** Under this address the page itself is kept, whatever view it was opened at. */
const PAGE = '/mapa'

const FOREVER = /^\/assets\//
const KEPT =
  /^\/(fonts|basemap|tiles)\/|^\/(icon[^/]*|manifest\.webmanifest)$|^\/api\/(catalogue|timeline|schemes|institutions|standings|changes|layers\/)|^\/ogc\/collections\/[^/]+\/items/

async function keep(key: string, response: Response): Promise<void> {
  if (!response.ok || response.headers.get('cache-control')?.includes('no-store')) return
  const headers = new Headers(response.headers)
  headers.set(RECEIVED, new Date().toISOString())
  // (The body is as the browser unpacked it.)
  headers.delete('content-encoding')
  headers.delete('content-length')
  const cache = await caches.open(CACHE)
  await cache.delete(key)
  await cache.put(key, new Response(response.body, { status: response.status, headers }))
  const keys = await cache.keys()
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST)).map((old) => cache.delete(old)))
}

async function kept(key: string): Promise<Response | undefined> {
  const cache = await caches.open(CACHE)
  return cache.match(key)
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
    await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))
    await self.clients.claim()
  }
  event.waitUntil(others())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    if (!url.pathname.includes('.')) event.respondWith(fresh(request, PAGE, event))
  } else if (FOREVER.test(url.pathname)) {
    event.respondWith(once(request, event))
  } else if (KEPT.test(url.pathname)) {
    event.respondWith(fresh(request, request.url, event))
  }
})

/** What the page fetched before there was anybody to keep it. */
self.addEventListener('message', (event) => {
  const urls: string[] = event.data?.seen ?? []
  const keepAll = async () => {
    for (const address of urls) {
      const url = new URL(address, self.location.origin)
      const isPage = url.pathname === PAGE
      if (!isPage && !FOREVER.test(url.pathname) && !KEPT.test(url.pathname)) continue
      const key = isPage ? PAGE : url.href
      if (await kept(key)) continue
      // One after another, so that what the reader asks for meanwhile does not wait.
      await fetch(url)
        .then((response) => keep(key, response))
        .catch(() => undefined)
    }
  }
  event.waitUntil(keepAll())
})
