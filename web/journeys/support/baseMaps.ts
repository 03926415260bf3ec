import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

const ROOT = resolve(import.meta.dirname, '../../..')
const START_MS = 120_000

/** Another server beside that of the journeys, on the same database, with the base map that is told. */
export async function serveWithBase(basemap: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const program = resolve(ROOT, process.env.RIMAY ?? 'target/debug/rimay')
  const server: ChildProcess = spawn(program, ['serve', '--listen', '127.0.0.1:0', '--basemap', basemap], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const told = new Promise<string>((found, failed) => {
    let text = ''
    server.stdout?.on('data', (bytes) => {
      text += bytes
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]
      if (address) found(address)
    })
    server.once('exit', (code) => failed(new Error(`the server ended with ${code}`)))
    setTimeout(() => failed(new Error('the server did not start')), START_MS).unref()
  })
  const stop = async () => {
    if (server.exitCode !== null) return
    server.kill()
    await once(server, 'exit')
  }
  return { url: await told, stop }
}

/** A picture of one colour, 256 pixels wide and high (PNG, RGB of 8 bits). */
export function plainPicture(color: [number, number, number]): Buffer {
  const size = 256
  const chunk = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  head.set([8, 2], 8)
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * size, Buffer.from(color))])
  const pixels = deflateSync(Buffer.concat(Array.from({ length: size }, () => row)))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
}

const field = (number: number, bytes: Iterable<number>) => {
  const body = [...bytes]
  return [...varint(number * 8 + 2), ...varint(body.length), ...body]
}

/** A vector tile that is all water, with one place in its middle (Mapbox Vector Tile 2.1). */
export function waterTile(place: string): Buffer {
  const whole = [9, 0, 0, 26, 8192, 0, 0, 8192, 8191, 0, 15]
  const middle = [9, 4096, 4096]
  const feature = (kind: number, path: number[], tags: number[]) => [
    ...field(2, tags.flatMap(varint)),
    ...varint(3 * 8),
    kind,
    ...field(4, path.flatMap(varint)),
  ]
  const layer = (name: string, told: number[], words: number[]) =>
    field(3, [
      ...varint(15 * 8),
      2,
      ...field(1, Buffer.from(name)),
      ...field(2, told),
      ...words,
      ...varint(5 * 8),
      ...varint(4096),
    ])
  const words = [...field(3, Buffer.from('name')), ...field(4, field(1, Buffer.from(place)))]
  return Buffer.from([
    ...layer('water', feature(3, whole, []), []),
    ...layer('places', feature(1, middle, [0, 0]), words),
  ])
}

/** A file of the one tile of zoom 0 (PMTiles 3): `kind` is 1 of vector tiles, 2 of PNG. */
export function tileFile(tile: Buffer, kind: 1 | 2, metadata: object): Buffer {
  const directory = Buffer.from([1, 0, 1, ...varint(tile.length), 1])
  const words = Buffer.from(JSON.stringify(metadata))
  const head = Buffer.alloc(127)
  head.write('PMTiles')
  head[7] = 3
  const places = [
    [127, directory.length],
    [127 + directory.length, words.length],
    [0, 0],
    [127 + directory.length + words.length, tile.length],
  ].flat()
  places.forEach((place, at) => {
    head.writeBigUInt64LE(BigInt(place), 8 + 8 * at)
  })
  for (const at of [72, 80, 88]) head.writeBigUInt64LE(1n, at)
  // Clustered, nothing compressed, and zoom 0 only.
  head.set([1, 1, 1, kind, 0, 0], 96)
  const bounds = [-180, -85, 180, 85]
  bounds.forEach((degrees, at) => {
    head.writeInt32LE(degrees * 1e7, 102 + 4 * at)
  })
  return Buffer.concat([head, directory, words, tile])
}
