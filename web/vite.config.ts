import { defineConfig } from 'vitest/config'

// Where `npm run dev` finds the server; the built files are served by the server itself.
const server = process.env.RIMAY_URL ?? 'http://127.0.0.1:8080'
const proxied = ['/api', '/ogc', '/tiles', '/basemap/tiles']

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // (Read and removed by scripts/ahead.mjs.)
    manifest: true,
    // The content security policy allows no inline code and no data: fonts.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // MapLibre is one chunk of about 440 kB compressed, loaded beside the page.
    chunkSizeWarningLimit: 1300,
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/offline/sw.ts' },
      output: {
        // It speaks for all of the site only from its root, and under a name that stays.
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /node_modules[\\/](maplibre-gl|@maplibre)/ },
            // What the first page needs comes in one file: a dozen small ones take turns on a slow line.
            {
              name: 'page',
              test: /node_modules[\\/](preact|@preact)|src[\\/](api|state|i18n[\\/](?!en\.)[^\\/]+|panels[\\/](?!Tour|HelpBody|Shortcuts))/,
            },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, server])) },
  test: { include: ['src/**/*.test.ts'] },
})
