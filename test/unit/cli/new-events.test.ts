import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../../src/cli/failure.ts'
import { serializerFor } from '../../../src/cli/json-text.ts'
import { readNewEvents } from '../../../src/cli/new-events.ts'

const { serialize } = serializerFor('json', 'parsed')
const never = new AbortController().signal
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eventstore-new-events-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The data of the events in an input, as it is stored. */
async function dataOf(input: string | Buffer): Promise<readonly unknown[]> {
  const events = await readNewEvents(undefined, Readable.from([Buffer.from(input)]), never)
  return events.map(({ data }) => serialize(data))
}

describe('new events', () => {
  test('are one a line, and only a line feed ends a line', async () => {
    const texts = ['line\u2028separator', 'paragraph\u2029separator', 'next\u0085line']
    const lines = texts.map((text) => `{"type":"A","data":${JSON.stringify(text)}}`)
    expect(lines.join('')).toMatch(/\u2028.*\u2029/su) // JSON does not escape them
    expect(await dataOf(lines.join('\n'))).toEqual(texts.map((text) => JSON.stringify(text)))
    expect(await dataOf('{"type":"A",\r"data":1}\r\n{"type":"A","data":2}\r\n')).toEqual(['1', '2'])
  })

  test('keep data and metadata to the letter, numbers that JavaScript would change too', async () => {
    const data = '{"id": 12345678901234567890, "rate":1.10, "zero":-0, "é":"\\u00e9"}'
    const [event] = await readNewEvents(
      undefined,
      Readable.from([`{"metadata":{"trace":9007199254740993},"data":${data},"type":"A"}`]),
      never,
    )
    expect(serialize(event?.data)).toBe(data)
    expect(serialize(event?.metadata)).toBe('{"trace":9007199254740993}')
    expect(event?.type).toBe('A')
  })

  test('are read wherever the pieces of the input begin and end', async () => {
    const bytes = Buffer.from('{"type":"Ä","data":"日本"}\n\n{"type":"B","data":2}')
    const pieces = [...bytes].map((byte) => Buffer.from([byte]))
    const events = await readNewEvents(undefined, Readable.from(pieces), never)
    expect(events.map(({ type, data }) => [type, serialize(data)])).toEqual([
      ['Ä', '"日本"'],
      ['B', '2'],
    ])
  })

  test('may follow a byte order mark', async () => {
    expect(await dataOf('\ufeff{"type":"A","data":1}\n')).toEqual(['1'])
  })

  test.each([
    [
      'bytes that are no UTF-8',
      Buffer.from('{"type":"A","data":"caf\xe9"}\n', 'latin1'),
      'Line 1 of standard input is no',
    ],
    [
      'a field that comes twice',
      Buffer.from('{"type":"A","data":1,"data":2}'),
      'Line 1 of standard input has one of its',
    ],
    [
      'a second mark',
      Buffer.from('{"type":"A","data":1}\n\ufeff{"type":"A","data":1}'),
      'Line 2 of standard input is no JSON',
    ],
  ])('are refused with %s, by the line', async (_, input, message) => {
    const refused = readNewEvents(undefined, Readable.from([input]), never)
    await expect(refused).rejects.toThrow(message)
    await expect(refused).rejects.toBeInstanceOf(UsageError)
  })

  test('are refused as soon as a line is too long, though it never ends', async () => {
    const piece = Buffer.alloc(8 * 1024 * 1024, 'x')
    let given = 0
    const endless = Readable.from(
      (async function* () {
        for (; given < 1_000_000_000; given += piece.length) yield piece
      })(),
    )
    await expect(readNewEvents(undefined, endless, never)).rejects.toThrow(
      'Line 1 of standard input is longer than 268,500,992 bytes. Nothing was stored.',
    )
    expect(given).toBeLessThan(300_000_000)
  })

  test('of a file that cannot be read are wrong usage', async () => {
    const missing = join(folder, 'missing')
    await expect(readNewEvents(missing, Readable.from([]), never)).rejects.toThrow(`${missing} cannot be read: ENOENT`)
    await expect(readNewEvents(folder, Readable.from([]), never)).rejects.toThrow(`${folder} cannot be read: EISDIR`)
    const empty = join(folder, 'empty')
    await writeFile(empty, '\n \n')
    await expect(readNewEvents(empty, Readable.from([]), never)).rejects.toThrow(`There is no event in ${empty}`)
  })

  test('are not waited for any more once the command is interrupted', async () => {
    const interruption = new AbortController()
    const reading = readNewEvents(undefined, new Readable({ read() {} }), interruption.signal)
    const reason = new Error('Interrupted.')
    interruption.abort(reason)
    await expect(reading).rejects.toBe(reason)
  })
})
