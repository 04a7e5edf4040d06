import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeRecord, RecordProblem } from '../../../src/operations/import/decode-record.ts'
import { fieldTexts } from '../../../src/operations/import/json-fields.ts'
import { microsecondsOf, timestampAt, timestampOf } from '../../../src/operations/import/timestamps.ts'
import { jsonValue } from '../../support/arbitraries.ts'

const ID = '0190a0b0-0000-7000-8000-00000000000a'
const TIME = '2030-01-31T12:00:00.000000Z'
const EVENT = {
  record: 'event',
  position: 7,
  stream: 'order-1',
  streamVersion: 2,
  id: ID,
  type: 'Placed',
  causationId: null,
  correlationId: ID,
  createdAt: TIME,
}

describe('the texts of the fields of an object', () => {
  /** White space that JSON allows between its parts. */
  const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 })

  test('are to the letter what stands in the line, whatever they are', () => {
    const fields = fc.array(fc.tuple(fc.string({ unit: 'binary' }), jsonValue, space, space, space, space))
    fc.assert(
      fc.property(fields, space, (list, around) => {
        const distinct = [...new Map(list.map((field) => [field[0], field])).values()]
        const texts = distinct.map(([key, value]) => [key, JSON.stringify(value)] as const)
        const parts = distinct.map(
          ([key, value, a, b, c, d]) => `${a}${JSON.stringify(key)}${b}:${c}${JSON.stringify(value)}${d}`,
        )
        const line = `${around}{${parts.join(',')}${around}}${around}`
        expect([...(fieldTexts(line) ?? [])]).toEqual(texts)
      }),
    )
  })

  test('keep numbers and keys that JavaScript would change', () => {
    const data = '{"b":1.0,"a":12345678901234567890, "__proto__": {"x":1e999},"b":-0}'
    expect(fieldTexts(`{"data":${data},"n":-1.50}`)).toEqual(
      new Map([
        ['data', data],
        ['n', '-1.50'],
      ]),
    )
  })

  test('are undefined where a field comes twice, in whichever spelling', () => {
    expect(fieldTexts('{"a":1,"b":2,"a":3}')).toBeUndefined()
    expect(fieldTexts('{"a":1,"\\u0061":3}')).toBeUndefined()
    expect(fieldTexts('{}')).toEqual(new Map())
  })
})

describe('a line', () => {
  test('is an event with data to the letter', () => {
    const line = `${JSON.stringify(EVENT).slice(0, -1)},"data":{"n": 1.0},"metadata":{} }\r`
    expect(decode(line)).toEqual({ ...EVENT, data: { json: '{"n": 1.0}' }, metadata: { json: '{}' } })
  })

  test('is an event with data as text where it has line breaks, and as base64 where it is bytes', () => {
    const content = { dataText: '{\n"n":1}', metadataBase64: 'AP8=' }
    expect(decode(JSON.stringify({ ...EVENT, ...content }))).toEqual({
      ...EVENT,
      data: { json: '{\n"n":1}' },
      metadata: { bytes: Buffer.from([0, 255]) },
    })
  })

  test('is read whatever its data is', () => {
    fc.assert(
      fc.property(jsonValue, (data) => {
        const text = JSON.stringify(data)
        const line = `${JSON.stringify(EVENT).slice(0, -1)},"data":${text},"metadata":${text}}`
        expect(decode(line)).toEqual({ ...EVENT, data: { json: text }, metadata: { json: text } })
      }),
    )
  })

  test.each<[string, string, string]>([
    ['no JSON', '{"record":"event"', 'found what is no JSON'],
    ['text', 'hello', 'found what is no JSON'],
    ['an array', '[1]', 'found an array'],
    ['null', 'null', 'found null'],
    ['a number', '1', 'found a number'],
    ['no record', '{"type":"Placed","data":{}}', 'expected a field record, found none'],
    ['another record', '{"record":"toString"}', 'expected a record of stream, event'],
    ['a key __proto__', lineWith({}, ',"__proto__":{"x":1}'), 'found "__proto__", which it has not'],
    ['a missing field', lineWith({ id: undefined }), 'expected a field id, found none'],
    ['a field that it has not', lineWith({ shape: 'round' }), 'found "shape", which it has not'],
    ['no data', JSON.stringify({ ...EVENT, metadata: {} }), 'expected data, dataText or dataBase64, found none'],
    ['data twice', lineWith({ dataText: '1' }), 'found data and dataText'],
    ['the same field twice', lineWith({}, ',"id":null'), 'expected each field once'],
    [
      'a position that is none',
      lineWith({ position: 1.5 }),
      'expected position to be a whole number from 1 on, found 1.5',
    ],
    ['a position that is too large', lineWith({ position: 2 ** 53 }), 'expected position to be a whole number'],
    ['a position in quotes', lineWith({ position: '7' }), 'found "7"'],
    ['an id that is none', lineWith({ id: 'x' }), 'expected id to be a UUID, found "x"'],
    ['a time that is none', lineWith({ createdAt: '2030-02-30T00:00:00Z' }), 'expected createdAt to be a time like'],
    ['a control character in a name', lineWith({ stream: 'a\nb' }), 'expected stream to be 1 to 1,000 bytes'],
    ['an event of $all', lineWith({ stream: '$all' }), 'found $all'],
    ['base64 that is none', lineWith({ data: undefined, dataBase64: 'A*==' }), 'expected dataBase64 to be base64'],
    ['text that is no JSON', lineWith({ data: undefined, dataText: '{' }), 'expected dataText to be JSON'],
  ])('is refused for %s', (_, line, message) => {
    expect(() => decode(line)).toThrow(RecordProblem)
    expect(() => decode(line)).toThrow(message)
  })

  test('is refused for bytes that are no UTF-8', () => {
    const line = Buffer.concat([Buffer.from('{"record":"'), Buffer.from([0xff]), Buffer.from('"}')])
    expect(() => decodeRecord(line)).toThrow('expected text in UTF-8')
  })

  test('is refused, or is a record: never anything else, whatever it says', () => {
    fc.assert(
      fc.property(
        jsonValue,
        fc.constantFrom('stream', 'event', 'link', 'end', 'header', 'version'),
        (value, record) => {
          const line = JSON.stringify(typeof value === 'object' ? { record, ...value } : value)
          try {
            expect(decode(line)).toHaveProperty('record')
          } catch (error) {
            expect(error).toBeInstanceOf(RecordProblem)
          }
        },
      ),
    )
  })
})

describe('the header', () => {
  const HEADER = { record: 'header', format: 'pg-event-store', version: 1, kind: 'whole', payload: 'json', head: 3 }

  test('is taken with fields that are not known', () => {
    expect(decode(JSON.stringify({ ...HEADER, colour: 'blue' }))).toEqual({
      record: 'header',
      payload: 'json',
      head: 3,
    })
  })

  test.each<[string, object, string]>([
    ['another format', { format: 'tar' }, 'expected an export of pg-event-store, found one of "tar"'],
    [
      'a newer version',
      { version: 2 },
      'version 2 of its format, of which this version of pg-event-store reads up to 1',
    ],
    ['a part of a store', { kind: 'part' }, 'holds only some streams'],
  ])('is refused for %s', (_, fields, message) => {
    expect(() => decode(JSON.stringify({ ...HEADER, ...fields }))).toThrow(message)
  })
})

describe('times', () => {
  test('keep their microseconds, and those without get some', () => {
    expect(timestampOf('2020-02-29T23:59:59.999999Z')).toBe('2020-02-29T23:59:59.999999Z')
    expect(timestampOf('2020-02-29T23:59:59.5+00:00')).toBe('2020-02-29T23:59:59.500000Z')
    expect(timestampOf('2020-02-29T23:59:59Z')).toBe('2020-02-29T23:59:59.000000Z')
    expect(timestampAt(Date.UTC(2020, 1, 29, 1, 2, 3, 4))).toBe('2020-02-29T01:02:03.004000Z')
    expect(microsecondsOf('2000-01-01T00:00:00.000001Z')).toBe(1n)
    expect(microsecondsOf('1999-12-31T23:59:59.999999Z')).toBe(-1n)
    expect(microsecondsOf('0001-01-01T00:00:00.000000Z')).toBe(-63_082_281_600_000_000n)
  })

  test.each([
    '2021-02-29T00:00:00Z',
    '2020-01-01',
    '2020-01-01T24:00:00Z',
    '2020-01-01T00:00:00',
    'infinity',
    '',
    '0000-01-01T00:00:00Z',
  ])('are none: %s', (text) => expect(timestampOf(text)).toBeUndefined())
})

function decode(line: string) {
  return decodeRecord(Buffer.from(line))
}

function lineWith(fields: object, more = ''): string {
  return `${JSON.stringify({ ...EVENT, data: {}, metadata: {}, ...fields }).slice(0, -1)}${more}}`
}
