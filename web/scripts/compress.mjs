// Writes a .br and a .gz beside every text asset of the build, so the server never compresses them itself.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const folder = new URL('../dist', import.meta.url).pathname
const compressible = /\.(js|mjs|css|html|svg|json|txt|pbf)$/
const smallest = 1024

const brotli = (body) =>
  brotliCompressSync(body, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
  })

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !compressible.test(entry.name)) continue
  const path = join(entry.parentPath, entry.name)
  const body = readFileSync(path)
  if (body.length < smallest) continue
  const packed = { br: brotli(body), gz: gzipSync(body, { level: 9 }) }
  for (const [ending, bytes] of Object.entries(packed)) writeFileSync(`${path}.${ending}`, bytes)
  console.log(
    `${path.slice(folder.length + 1)}  ${body.length}  gz ${packed.gz.length}  br ${packed.br.length}`,
  )
}
