// Where the map is opened, its files are fetched while the page's own program is still on its way (scripts/ahead.mjs names them
// in the page); they are only read when they are needed. The page's own files go first.
{
  const files = document.querySelector('meta[name="map-files"]')
  if (files && ['/', '/mapa'].includes(location.pathname)) {
    setTimeout(() => {
      for (const href of files.content.split(' ')) {
        document.head.append(Object.assign(document.createElement('link'), { rel: 'prefetch', href }))
      }
    }, 250)
  }
}
