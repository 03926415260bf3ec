// The part of Markdown that our guides are written in: headings, paragraphs, lists, tables, code, links.
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** What a heading is linked to by, as code hosts make it. */
const anchorOf = (title) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-')

const pageOf = (address) => address.replace(/^(\w+)\.md/, '/$1.html')

/** Code is set apart first: its signs mean nothing. */
const inline = (text) =>
  text
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith('`')
        ? `<code>${escaped(part.slice(1, -1))}</code>`
        : escaped(part)
            .replace(/\*\*(.+?)\*\*/g, '<strong>$1</strong>')
            .replace(/\*(.+?)\*/g, '<em>$1</em>')
            .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, title, to) => `<a href="${pageOf(to)}">${title}</a>`),
    )
    .join('')

const cells = (line, tag) =>
  line
    .slice(1, -1)
    .split('|')
    .map((cell) => `<${tag}>${inline(cell.trim())}</${tag}>`)
    .join('')

function tableOf(lines) {
  const [head, , ...rows] = lines
  const body = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')
  return `<table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${body}</tbody></table>`
}

function headingOf(line) {
  const [, signs, title] = /^(#+) (.*)$/.exec(line)
  return `<h${signs.length} id="${anchorOf(title)}">${inline(title)}</h${signs.length}>`
}

const listOf = (block) =>
  `<ul>${block
    .split(/^- /m)
    .slice(1)
    .map((item) => `<li>${inline(item.replace(/\s*\n\s*/g, ' ').trim())}</li>`)
    .join('')}</ul>`

function blockOf(block) {
  if (block.startsWith('#')) return headingOf(block)
  if (block.startsWith('- ')) return listOf(block)
  if (block.startsWith('|')) return tableOf(block.split('\n'))
  // The pictures show the very page that leads here.
  return block.startsWith('![') ? '' : `<p>${inline(block.replaceAll('\n', ' '))}</p>`
}

/** HTML of a text in Markdown. */
export const htmlOf = (markdown) =>
  markdown
    .split(/^```\w*\n([\s\S]*?)^```$/m)
    .map((part, at) =>
      at % 2 === 1
        ? `<pre tabindex="0"><code>${escaped(part)}</code></pre>`
        : part
            .trim()
            .split(/\n{2,}|\n(?=#)|(?<=^#.*)\n/m)
            .filter(Boolean)
            .map(blockOf)
            .join('\n'),
    )
    .join('\n')
