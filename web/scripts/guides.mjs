// Makes a page of each guide in docs, so that the help can lead to it on a network without internet.
import { readFileSync, writeFileSync } from 'node:fs'
import { Marked } from 'marked'
import { gfmHeadingId } from 'marked-gfm-heading-id'

const GUIDES = [
  { name: 'guia', lang: 'es', back: 'Volver al mapa' },
  { name: 'guide', lang: 'en', back: 'Back to the map' },
  { name: 'datos', lang: 'es', back: 'Volver al mapa' },
  { name: 'data', lang: 'en', back: 'Back to the map' },
  { name: 'cruces', lang: 'es', back: 'Volver al mapa' },
  { name: 'overlaps', lang: 'en', back: 'Back to the map' },
  { name: 'metodo', lang: 'es', back: 'Volver al mapa' },
  { name: 'method', lang: 'en', back: 'Back to the map' },
  { name: 'cuentas', lang: 'es', back: 'Volver al mapa' },
  { name: 'accounts', lang: 'en', back: 'Back to the map' },
  { name: 'casos', lang: 'es', back: 'Volver al mapa' },
  { name: 'cases', lang: 'en', back: 'Back to the map' },
  { name: 'sig', lang: 'es', back: 'Volver al mapa' },
  { name: 'gis', lang: 'en', back: 'Back to the map' },
]
const LINK = new RegExp(`^(${GUIDES.map(({ name }) => name).join('|')})\\.md`)

const marked = new Marked(gfmHeadingId(), {
  renderer: {
    // The pictures show the very page that leads here.
    image: () => '',
  },
  walkTokens(token) {
    if (token.type === 'link') token.href = token.href.replace(LINK, '/$1.html')
  },
})

const pageOf = ({ lang, back }, markdown) => `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${/^# (.*)$/m.exec(markdown)[1]} · Rimay</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/guide.css">
</head>
<body>
<main>
<p><a href="/mapa?idioma=${lang}">${back}</a></p>
${marked.parse(markdown)}
</main>
</body>
</html>
`

for (const guide of GUIDES) {
  const markdown = readFileSync(new URL(`../../docs/${guide.name}.md`, import.meta.url), 'utf8')
  writeFileSync(new URL(`../dist/${guide.name}.html`, import.meta.url), pageOf(guide, markdown))
}
