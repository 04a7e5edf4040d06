import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TYPE_NUMBERS } from '../../../src/postgres/binary-array.ts'
import { EventEncoder, type EventFields } from '../../../src/streams/encoded-events.ts'
import { binaryColumns, textColumns } from '../../../src/streams/event-arrays.ts'
import { encodedEvents } from '../../support/encoded-events.ts'

/** Reads an array as PostgreSQL's `array_recv` does: its type, and each element's bytes. */
function parseBinaryArray(array: Buffer): { readonly type: number; readonly elements: (Buffer | null)[] } {
  const [dimensions, mayHaveNulls, type, count, first] = [0, 4, 8, 12, 16].map((offset) => array.readInt32BE(offset))
  expect([dimensions, mayHaveNulls, first]).toEqual([1, 1, 1])
  const elements: (Buffer | null)[] = []
  let offset = 20
  for (let index = 0; index < (count ?? 0); index++) {
    const length = array.readInt32BE(offset)
    offset += 4
    elements.push(length < 0 ? null : array.subarray(offset, offset + length))
    offset += Math.max(0, length)
  }
  expect(offset).toBe(array.length)
  return { type: type ?? 0, elements }
}

const anyText = fc.string({ unit: 'grapheme', maxLength: 20 })
const anyEvent = fc.record({
  id: fc.uuid(),
  causationId: fc.option(fc.uuid()),
  correlationId: fc.option(fc.uuid()),
  type: anyText,
  data: anyText.map((text) => JSON.stringify(text)),
  metadata: anyText.map((text) => JSON.stringify({ text })),
})

describe('the columns of events as arrays in binary form', () => {
  test.each([
    ['json', ''],
    ['jsonb', '\u0001'],
    ['bytea', ''],
  ] as const)('hold what was encoded, in order: %s', (payload, before) => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 8 }), fc.nat(8), (drawn, cut) => {
        const events = encodedEvents(drawn, payload)
        const pieces = [
          events.slice(0, Math.min(cut, drawn.length)),
          events.slice(Math.min(cut, drawn.length), drawn.length),
        ]
        const arrays = binaryColumns(pieces, payload).map((array) => array && parseBinaryArray(array))
        const hex = (id: string | null) => (id === null ? null : id.replaceAll('-', ''))
        const found = arrays.map((array) => array?.elements.map((element) => element?.toString('hex') ?? null))
        const utf8 = (text: string) => Buffer.from(text).toString('hex')
        const orNull = (ids: (string | null)[]) => (ids.some((id) => id !== null) ? ids.map(hex) : undefined)
        expect(found).toEqual([
          drawn.map(({ id }) => hex(id)),
          orNull(drawn.map(({ causationId }) => causationId)),
          orNull(drawn.map(({ correlationId }) => correlationId)),
          drawn.map(({ type }) => utf8(type)),
          drawn.map(({ data }) => utf8(before + data)),
          drawn.map(({ metadata }) => utf8(before + metadata)),
        ])
        expect(arrays.at(-1)?.type).toBe(TYPE_NUMBERS[payload])
      }),
    )
  })
})

describe('the columns of events as text', () => {
  const fields: Partial<EventFields> = {
    id: 'ABCDEFAB-cdef-4000-8000-0123456789ab',
    causationId: null,
    correlationId: '00000000-0000-0000-0000-00000000000F',
    type: 'Übergabe "A"',
    data: '{"a":"\\\\é"}',
    metadata: '{}',
  }

  test('are literals of arrays, ids in lower case', () => {
    expect(textColumns([encodedEvents([fields], 'jsonb')], 'jsonb')).toEqual([
      '{abcdefab-cdef-4000-8000-0123456789ab}',
      null,
      '{00000000-0000-0000-0000-00000000000f}',
      '{"Übergabe \\"A\\""}',
      '{"{\\"a\\":\\"\\\\\\\\é\\"}"}',
      '{"{}"}',
    ])
  })

  test('of bytea are hexadecimal digits', () => {
    const events = encodedEvents([{ ...fields, data: Uint8Array.of(0, 255), metadata: '' }], 'bytea')
    expect(textColumns([events], 'bytea').slice(-2)).toEqual(['{"\\\\x00ff"}', '{"\\\\x"}'])
  })
})

describe('encoded events', () => {
  test('are cut without a copy, and know their ids and sizes', () => {
    const events = encodedEvents(Array.from({ length: 5 }, (_, n) => ({ data: 'x'.repeat(n * 300) })))
    const middle = events.slice(1, 4).slice(1, 3)
    expect(middle.ids).toEqual(events.ids.slice(2, 4))
    expect(middle.size).toBe(events.sizeOf(2) + events.sizeOf(3))
    expect(Buffer.concat([events.slice(0, 2).rows, middle.rows, events.slice(4, 5).rows])).toEqual(events.rows)
    expect(middle.rows.buffer).toBe(events.rows.buffer)
    expect(events.slice(2, 2)).toMatchObject({ length: 0, size: 0, ids: [] })
  })

  test('have an id of their own each, where none is given', () => {
    const { ids } = encodedEvents(Array.from({ length: 100 }, () => ({})))
    expect(new Set(ids).size).toBe(100)
    expect([...ids].sort()).toEqual(ids)
  })

  test('may be none', () => {
    expect(new EventEncoder('json', 0).finish()).toMatchObject({ length: 0, size: 0 })
  })
})
