import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { createGzip, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { commandLine, type Printed } from '../support/command-line.ts'
import { useDatabase } from '../support/database.ts'
import { exportLines } from '../support/export-lines.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'

const EVENTS = 12_000
/** The lines of the header and the stream. */
const BEFORE = 2

/** The id of the first event. */
const FIRST_ID = '0190a0b0-0000-7000-8000-000000000001'

const database = useDatabase()
const lines = exportLines(EVENTS)
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eventstore-broken-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a file that is broken', () => {
  test.each<[string, (line: string) => string, string]>([
    ['a line that is cut off', (line) => line.slice(0, 40), 'expected a JSON object, found what is no JSON'],
    ['a line that comes twice', (line) => `${line}\n${line}`, 'expected a position after'],
    ['a line without its id', (line) => line.replace(/"id":"[^"]*",/, ''), 'expected a field id, found none'],
    ['a line of another kind', () => '{"record":"rumour","text":"x"}', 'expected a record of stream, event'],
    ['a key that is dangerous', (line) => line.replace('{', '{"__proto__":{"polluted":1},'), 'found "__proto__"'],
    ['the id of another event', (line) => line.replace(/"id":"[^"]*"/, `"id":"${FIRST_ID}"`), 'duplicate key value'],
    [
      'an unknown stream',
      (line) => line.replace('"stream":"s"', '"stream":"t"'),
      'expected a record of stream "t" before, found none',
    ],
    [
      'a version that was given',
      (line) => line.replace(/"streamVersion":\d+/, '"streamVersion":3'),
      'of stream "s", found 3',
    ],
    ['data that is no JSON', (line) => line.replace('{"n":1}', '{n:1}'), 'found what is no JSON'],
  ])('by %s is imported up to there, and when it is repaired from there', async (_, breakLine, message) => {
    await using store = await freshStore(database.connectionString)
    const at = BEFORE + 11_111
    const broken = lines.with(at, breakLine(lines[at] ?? ''))
    const { exitCode, stderr } = await importInto(store, broken)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`Line ${message.startsWith('expected a position') ? at + 2 : at + 1} of standard input: `)
    expect(stderr).toContain(message)
    const { version } = await store.getStream('$all')
    expect(version).toBeGreaterThanOrEqual(9_990) // the batches before
    expect(version).toBeLessThan(11_112)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)

    expect(await importInto(store, lines)).toMatchObject({ exitCode: 0, stderr: '' })
    expect((await store.getStream('$all')).version).toBe(EVENTS)
  })

  test.each<[string, (whole: Buffer) => Buffer, string]>([
    ['cut off', (whole) => whole.subarray(0, whole.length / 2), 'it is cut off or damaged, and cannot be decompressed'],
    [
      'damaged',
      (whole) => Buffer.concat([whole.subarray(0, -8), Buffer.alloc(8)]), // its checksum
      'cannot be decompressed',
    ],
    ['no gzip after all', () => Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 'cannot be decompressed'],
  ])('and compressed (%s) is refused, and the whole one goes on', async (_, breakFile, message) => {
    await using store = await freshStore(database.connectionString)
    const file = join(folder, 'broken.ndjson.gz')
    const whole = gzipSync(lines.join('\n'))
    await writeFile(file, breakFile(whole))
    const { exitCode, stderr } = await eventstore(['import', file, '--schema', store.schema])
    expect(exitCode).toBe(1)
    expect(stderr).toContain(message)
    await writeFile(file, whole)
    expect(await eventstore(['import', file, '--schema', store.schema])).toMatchObject({ exitCode: 0 })
    expect((await store.getStream('$all')).version).toBe(EVENTS)
  })

  test('by its end, which is missing, is said to be cut off', async () => {
    await using store = await freshStore(database.connectionString)
    const { exitCode, stderr } = await importInto(store, lines.slice(0, -1))
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`standard input: expected a last record (end), found none after line ${EVENTS + BEFORE}`)
    expect(await importInto(store, lines)).toMatchObject({ exitCode: 0 })
  })

  test('by links that lead nowhere is refused at the first of them', async () => {
    await using store = await freshStore(database.connectionString)
    const link = (stream: string, streamVersion: number, position: number) =>
      JSON.stringify({ record: 'link', stream, streamVersion, position })
    const [header = '', first = '', ...events] = exportLines(3).slice(0, -1)
    const start = [header, first, first.replace('"s"', '"links"'), ...events, link('links', 1, 1)]
    for (const [broken, message] of [
      [link('links', 2, 9), 'expected the position of an event, found none there'],
      [link('s', 4, 1), 'expected an event of another stream, found one of this stream'],
      [link('links', 1, 2), 'expected a version after 1 of stream "links", found 1'],
      [link('links', 2, 1), 'duplicate key value'],
    ] as const) {
      const end = { record: 'end', streams: 2, events: 3, links: 2, versions: 0, snapshots: 0, subscriptions: 0 }
      const { stderr } = await importInto(store, [...start, broken, JSON.stringify(end)])
      expect(stderr).toContain(`Line ${start.length + 1} of standard input: `)
      expect(stderr).toContain(message)
    }
  })
})

describe('a line without an end', () => {
  test('is refused before it fills the memory', async () => {
    await using store = await freshStore(database.connectionString)
    const piece = Buffer.alloc(4 * 1024 * 1024, 'x')
    let given = 0
    const endless = Readable.from(
      (async function* () {
        yield Buffer.from(`${lines.slice(0, 2).join('\n')}\n{"record":"`)
        for (; given < 1_000_000_000; given += piece.length) yield piece
      })(),
    )
    const printed: string[] = []
    const output = new PassThrough().on('data', (chunk) => void printed.push(`${chunk}`))
    const exitCode = await run(['import', '--schema', store.schema], {
      env: { DATABASE_URL: database.connectionString },
      folder,
      stdin: endless,
      stdout: output,
      stderr: output,
      signal: new AbortController().signal,
    })
    await new Promise(setImmediate)
    expect(exitCode).toBe(1)
    expect(printed.join('')).toContain('Line 3 of standard input: expected a record, found more than 268,500,992 bytes')
    expect(given).toBeLessThan(300_000_000)
  })

  test('is refused though it is compressed to next to nothing', async () => {
    await using store = await freshStore(database.connectionString)
    const file = join(folder, 'bomb.gz')
    const bomb = Readable.from(
      (async function* () {
        yield `${lines[0]}\n`
        for (let n = 0; n < 100; n++) yield Buffer.alloc(4 * 1024 * 1024)
      })(),
    ).pipe(createGzip({ level: 1 }))
    await writeFile(file, bomb)
    let size = 0
    for await (const piece of createReadStream(file)) size += piece.length
    expect(size).toBeLessThan(4_000_000)
    expect(await eventstore(['import', file, '--schema', store.schema])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Line 2 of'),
    })
  })
})

function eventstore(args: readonly string[], input = ''): Promise<Printed> {
  return commandLine(database.connectionString, args, { input })
}

function importInto(store: FreshStore, content: readonly string[]): Promise<Printed> {
  return eventstore(['import', '--schema', store.schema], `${content.join('\n')}\n`)
}
