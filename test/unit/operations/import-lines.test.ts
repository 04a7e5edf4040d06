import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importLines } from '../../../src/operations/import/import-lines.ts'
import { ImportRefusedError } from '../../../src/operations/import/import-refused.ts'
import { LineSplitter, LineTooLong } from '../../../src/operations/import/line-splitter.ts'
import type { StoreRecord } from '../../../src/operations/import/records.ts'
import { rejection } from '../../support/settled.ts'

const HEADER = { record: 'header', format: 'pg-event-store', version: 1, kind: 'whole', payload: 'json', head: 100_000 }
const NONE = { streams: 0, events: 0, links: 0, versions: 0, snapshots: 0, subscriptions: 0 }
const TIME = '2030-01-31T12:00:00.000000Z'

describe('bytes that come in pieces', () => {
  test('are cut into the same lines, wherever the pieces begin and end', () => {
    const lines = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', '')))
    fc.assert(
      fc.property(lines, fc.array(fc.nat({ max: 20 })), (expected, sizes) => {
        const bytes = Buffer.from(expected.map((line) => `${line}\n`).join(''))
        const splitter = new LineSplitter(1_000)
        const found: string[] = []
        let at = 0
        for (const size of [...sizes, bytes.length]) {
          for (const line of splitter.push(bytes.subarray(at, at + size))) found.push(line.bytes.toString())
          at += size
        }
        for (const line of splitter.end()) found.push(line.bytes.toString())
        expect(found).toEqual(expected)
      }),
    )
  })

  test('have a last line without a line break, and none after one', () => {
    expect(split(['a\nb'])).toEqual(['1 a', '2 b'])
    expect(split(['a\n', '\nb\n'])).toEqual(['1 a', '2 ', '3 b'])
    expect(split([''])).toEqual([])
  })

  test('are refused as soon as a line is too long, though it never ends', () => {
    const splitter = new LineSplitter(10)
    expect([...splitter.push(Buffer.from('0123456789\n01234'))]).toHaveLength(1)
    expect([...splitter.push(Buffer.from('56789'))]).toEqual([])
    expect(() => [...splitter.push(Buffer.from('x'))]).toThrow(LineTooLong)
    expect(() => [...splitter.push(Buffer.from('x'))]).toThrow('line 2 is longer than 10 bytes')
  })
})

describe('the lines of an export', () => {
  test('are written in batches, in their order, of which one is under way at a time', async () => {
    const batches: number[] = []
    let writing = 0
    const writer = {
      async write(records: readonly StoreRecord[]) {
        expect(++writing).toBe(1)
        await new Promise(setImmediate)
        batches.push(records.length)
        writing--
        return records.length - 1
      },
      finish: async () => {},
    }
    const records = [stream('s'), ...events(1, 25_000)]
    const lines = [HEADER, ...records, { record: 'end', ...NONE, streams: 1, events: 25_000 }]
    const result = await run(lines, writer)
    expect(batches).toEqual([10_000, 10_000, 5_001])
    expect(result).toEqual({ counts: { ...NONE, streams: 1, events: 25_000 }, added: 24_998 })
  })

  test.each<[string, readonly unknown[], string]>([
    ['an empty file', [], 'f is empty: expected an export. Nothing was imported.'],
    ['no header', [stream('s')], 'Line 1 of f is no beginning of an export'],
    ['lines of something else', [{ type: 'A', data: 1 }], 'Line 1 of f is no beginning of an export'],
    ['no end', [HEADER, stream('s')], 'f: expected a last record (end), found none after line 2: the file is cut off'],
    ['a second header', [HEADER, HEADER], 'Line 2 of f: expected one header, found a second'],
    ['a line after the end', [HEADER, { record: 'end', ...NONE }, stream('s')], 'Line 3 of f: expected nothing after'],
    [
      'wrong counts',
      [HEADER, { record: 'end', ...NONE, links: 2 }],
      'Line 2 of f: expected 2 links, as the last record says, found 0',
    ],
    [
      'streams after events',
      [HEADER, ...events(1, 1), stream('s')],
      'Line 3 of f: expected no record stream after those of event',
    ],
    [
      'a line that comes twice',
      [HEADER, ...events(4, 1), ...events(4, 1)],
      'Line 3 of f: expected a position after 4, found 4',
    ],
    [
      'positions in the wrong order',
      [HEADER, ...events(4, 1), ...events(3, 1)],
      'Line 3 of f: expected a position after 4, found 3',
    ],
    [
      'a position past the head',
      [HEADER, ...events(100_001, 1)],
      'Line 2 of f: expected no position after the head, 100000',
    ],
    ['broken JSON', [HEADER, stream('s'), '{"record":"eve'], 'Line 3 of f: expected a JSON object'],
  ])('are refused for %s', async (_, lines, message) => {
    const error = await rejection(run(lines))
    expect(error).toBeInstanceOf(ImportRefusedError)
    expect(String(error)).toContain(message)
  })

  test('may be followed and interrupted by empty ones, which count', async () => {
    expect(await run([HEADER, '', '  ', stream('s'), { record: 'end', ...NONE, streams: 1 }, ''])).toMatchObject({
      added: 1,
    })
    expect(String(await rejection(run([HEADER, '', '', 'x'])))).toContain('Line 4 of f')
  })

  test('name the line of a record that the store refuses, rather than a later line that is broken', async () => {
    const writer = {
      write: async () => {
        throw new ImportRefusedError('not that one', { index: 2 })
      },
      finish: async () => {},
    }
    const lines = [HEADER, '', ...events(1, 10_000), 'broken']
    expect(String(await rejection(run(lines, writer)))).toBe('ImportRefusedError: Line 5 of f: not that one')
  })

  test('end after the batch that is being written when they are interrupted', async () => {
    const interruption = new AbortController()
    let written = 0
    const writer = {
      async write(records: readonly StoreRecord[]) {
        interruption.abort(new Error('Interrupted.'))
        await new Promise(setImmediate)
        written += records.length
        return records.length
      },
      finish: async () => {},
    }
    const running = run([HEADER, ...events(1, 60_000)], writer, interruption.signal)
    expect(await rejection(running)).toBe(interruption.signal.reason)
    expect(written).toBe(10_000)
  })
})

function split(pieces: readonly string[]): string[] {
  const splitter = new LineSplitter(100)
  const lines = pieces.flatMap((piece) => [...splitter.push(Buffer.from(piece))])
  return [...lines, ...splitter.end()].map(({ number, bytes }) => `${number} ${bytes}`)
}

function run(
  lines: readonly unknown[],
  writer = { write: async (records: readonly StoreRecord[]) => records.length, finish: async () => {} },
  signal = new AbortController().signal,
) {
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')
  async function* pieces() {
    for (let at = 0; at < text.length; at += 1_000) yield Buffer.from(text.slice(at, at + 1_000))
  }
  return importLines(pieces(), writer, { name: 'f', signal })
}

function stream(name: string) {
  return { record: 'stream', name, createdAt: TIME, deletedAt: null }
}

function events(first: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    record: 'event',
    position: first + index,
    stream: 's',
    streamVersion: first + index,
    id: `0190a0b0-0000-7000-8000-${String(first + index).padStart(12, '0')}`,
    type: 'A',
    causationId: null,
    correlationId: null,
    createdAt: TIME,
    data: {},
    metadata: {},
  }))
}
