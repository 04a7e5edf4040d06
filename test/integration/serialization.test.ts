import { describe, expect, test } from 'vitest'
import { EventStore, InvalidEventError, MigrationRequiredError, type Serializer } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { runSql } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

async function roundTrip(store: EventStore, data: unknown, metadata: Record<string, unknown> = {}) {
  await store.append('s', { type: 'Stored', data, metadata }, { expectedVersion: 'any' })
  const [event] = await store.read('s', { direction: 'backwards', limit: 1 }).toArray()
  if (!event) throw new Error('Expected the event, found none')
  return event
}

/** Text that only goes through when nothing on the way takes it for syntax. */
const TEXTS = [
  'žluťoučký kůň',
  '日本語',
  'مرحبا',
  '👩‍👩‍👧‍👦 🚀 🏳️‍🌈',
  'e\u0301 \u00e9',
  '\u2028\u2029\u0085\ufeff\u200b',
  '"quoted" \'single\' \\back\\slash\\ \\u0041 \\\\u0000 \\x41 $1 $$ %s {} {,} NULL \\N',
  '\t\r\n\b\f\u0001\u001f\u007f',
  '',
  ' ',
]

describe.each(['json', 'jsonb', 'bytea'] as const)('in %s columns', (payload) => {
  const openStore = (serializer?: Serializer) =>
    freshStore(database.connectionString, { payload, ...(serializer && { serializer }) })

  test.each(TEXTS)(
    'text comes back as it was given, in data and metadata, as a key and as a type: %j',
    async (text) => {
      await using store = await openStore()
      const { data, metadata } = await roundTrip(store, { text, [text]: 1 }, { text, [text]: [text] })
      expect(data).toEqual({ text, [text]: 1 })
      expect(metadata).toEqual({ text, [text]: [text] })
      expect((await roundTrip(store, text)).data).toBe(text)
    },
  )

  test.each<unknown>([
    null,
    true,
    false,
    0,
    -1,
    0.1,
    1e21,
    5e-324,
    1.7976931348623157e308,
    9007199254740991,
    123456789.12345679,
    'a top-level text',
    '"quoted"',
    'null',
    [],
    [1, 'two', null, [true, { three: 3 }]],
    {},
    { nested: { deeper: { deepest: [{ a: null }, { b: [] }] } } },
    { '': 'empty key', 'a.b': 1, 'a b': 2 },
  ])('data may be %j', async (data) => {
    await using store = await openStore()
    expect((await roundTrip(store, data, { data })).data).toEqual(data)
    expect((await roundTrip(store, { data }, { data })).metadata).toEqual({ data })
  })

  test('data nested 500 deep, of 1,000 keys, and of a million characters comes back', async () => {
    await using store = await openStore()
    let deep: unknown = 'bottom'
    for (let depth = 0; depth < 500; depth++) deep = depth % 2 ? [deep] : { deep }
    const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`key-${n}`, n]))
    const long = 'é'.repeat(1_000_000)
    for (const data of [deep, wide, long]) expect((await roundTrip(store, data)).data).toEqual(data)
  })

  test('what JSON leaves out is left out, and what it converts is converted', async () => {
    await using store = await openStore()
    const data = { date: new Date(0), nothing: undefined, notANumber: Number.NaN, zero: -0, call() {} }
    expect((await roundTrip(store, data)).data).toEqual({ date: '1970-01-01T00:00:00.000Z', notANumber: null, zero: 0 })
  })

  test('a __proto__ key is a property of its own, and harms no prototype', async () => {
    await using store = await openStore()
    const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":"text"}'
    const { data, metadata } = await roundTrip(store, JSON.parse(text), JSON.parse(text))
    for (const read of [data, metadata] as Record<string, unknown>[]) {
      expect(Object.hasOwn(read, '__proto__')).toBe(true)
      expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
      expect(Object.entries(read).toSorted()).toEqual(Object.entries(JSON.parse(text)).toSorted())
      expect('polluted' in read).toBe(false)
    }
    expect('polluted' in {}).toBe(false)
  })

  test('data that is changed after the call is stored as it was', async () => {
    await using store = await openStore()
    const data = { n: 1, list: [1] }
    const appending = store.append('changed', { type: 'T', data }, { expectedVersion: 'any' })
    data.n = 2
    data.list.push(2)
    await appending
    expect((await store.read('changed').toArray())[0]?.data).toEqual({ n: 1, list: [1] })
  })

  test('what is read is a value of its own, every time', async () => {
    await using store = await openStore()
    const first = (await roundTrip(store, { list: [1] })).data as { list: number[] }
    first.list.push(2)
    expect((await store.read('s').toArray())[0]?.data).toEqual({ list: [1] })
  })

  test('a serializer is asked for data and metadata, and told the type when it reads', async () => {
    const asked: unknown[] = []
    const told: string[] = []
    await using store = await openStore({
      serialize(value) {
        asked.push(value)
        return JSON.stringify({ wrapped: value })
      },
      deserialize(content, { type }) {
        told.push(type)
        return (JSON.parse(Buffer.from(content).toString()) as { wrapped: unknown }).wrapped
      },
    })
    const event = await roundTrip(store, [1], { by: 'ann' })
    expect(event.data).toEqual([1])
    expect(event.metadata).toEqual({ by: 'ann' })
    expect(asked).toEqual([[1], { by: 'ann' }])
    expect(told).toEqual(['Stored', 'Stored'])
    await store.recordSnapshot({ sourceId: 'a', sourceVersion: 1, sourceType: 'Order', data: 7 })
    expect((await store.readSnapshot('a'))?.data).toBe(7)
    expect(told.slice(2)).toEqual(['Order', 'Order'])
  })

  test('a serializer that throws, or gives neither text nor bytes, is InvalidEventError', async () => {
    const cause = new Error('cannot do that')
    const throwing: Serializer = {
      serialize() {
        throw cause
      },
      deserialize: String,
    }
    const silent: Serializer = { serialize: () => undefined as never, deserialize: String }
    for (const [serializer, expected] of [
      [throwing, cause],
      [silent, undefined],
    ] as const) {
      await using store = await openStore(serializer)
      const error = await rejection(store.append('s', { type: 'T', data: 1 }, { expectedVersion: 'any' }))
      expect(error).toBeInstanceOf(InvalidEventError)
      expect(error).toMatchObject({ issues: [{ path: ['data'] }] })
      expect((error as Error).cause).toBe(expected)
    }
  })

  test('a serializer that throws when it reads ends the read with its error', async () => {
    const cause = new Error('cannot read that')
    await using store = await openStore({
      serialize: JSON.stringify,
      deserialize() {
        throw cause
      },
    })
    await store.append('s', { type: 'T', data: 1 }, { expectedVersion: 'any' })
    expect(await rejection(store.read('s').toArray())).toBe(cause)
    expect((await store.getStream('s')).version).toBe(1)
  })
})

describe('json columns', () => {
  test('keep to the letter what a serializer writes: order, doubled keys, spaces, numbers, escapes', async () => {
    const text = '{ "b":1,  "a" : 2, "a": 3.10,\n"n": 12345678901234567890.000, "u": "\\u00e9\\u0000\\ud800" }'
    await using store = await freshStore(database.connectionString, {
      serializer: { serialize: () => text, deserialize: (content) => ({ content }) },
    })
    const event = await roundTrip(store, 'data')
    expect([event.data, event.metadata]).toEqual([{ content: text }, { content: text }])
    await store.recordSnapshot({ sourceId: 'a', sourceVersion: 1, sourceType: 'T', data: 'data' })
    expect(await store.readSnapshot('a')).toMatchObject({ data: { content: text }, metadata: { content: text } })
  })

  test('refuse what is not JSON', async () => {
    await using store = await freshStore(database.connectionString, {
      serializer: { serialize: () => '{not json', deserialize: String },
    })
    expect(await rejection(store.append('s', { type: 'T', data: 1 }, { expectedVersion: 'any' }))).toBeInstanceOf(
      InvalidEventError,
    )
  })

  test.each(['\u0000', 'half \ud800 of a pair', '\udc00'])('hold %j', async (text) => {
    await using store = await freshStore(database.connectionString)
    expect((await roundTrip(store, { text }, { text })).data).toEqual({ text })
  })

  test('are queried in SQL', async () => {
    await using store = await freshStore(database.connectionString)
    await roundTrip(store, { total: 12 }, { by: 'ann' })
    const rows = await runSql(
      database.connectionString,
      `SELECT data ->> 'total' AS total, metadata ->> 'by' AS by FROM ${store.schema}.events`,
    )
    expect(rows).toEqual([{ total: '12', by: 'ann' }])
  })
})

describe('jsonb columns', () => {
  test.each(['\u0000', 'half \ud800 of a pair', '\udc00', '\ud800\\'])(
    'refuse %j before it gets to the database',
    async (text) => {
      await using store = await freshStore(database.connectionString, { payload: 'jsonb' })
      for (const event of [
        { type: 'T', data: { text } },
        { type: 'T', data: { [text]: 1 } },
        { type: 'T', data: 1, metadata: { text } },
      ]) {
        expect(await rejection(store.append('s', event, { expectedVersion: 'any' }))).toBeInstanceOf(InvalidEventError)
      }
      expect((await store.listStreams()).totalItems).toBe(1)
    },
  )

  test('are queried with what only jsonb has', async () => {
    await using store = await freshStore(database.connectionString, { payload: 'jsonb' })
    await roundTrip(store, { total: 12, tags: ['a', 'b'] })
    const rows = await runSql(
      database.connectionString,
      `SELECT event_type FROM ${store.schema}.events WHERE data @> '{"tags": ["b"]}'`,
    )
    expect(rows).toEqual([{ event_type: 'Stored' }])
  })
})

describe('bytea columns', () => {
  const binary: Serializer = {
    serialize: (value) => (value instanceof Uint8Array ? value : Buffer.from(JSON.stringify(value))),
    deserialize: (content) => content,
  }

  test('hold every byte that a serializer writes', async () => {
    await using store = await freshStore(database.connectionString, { payload: 'bytea', serializer: binary })
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256)
    const events = [bytes, new Uint8Array(), bytes.subarray(100, 103)].map((data) => ({ type: 'T', data }))
    await store.append('s', events, { expectedVersion: 'any' })
    const read = await store.read('s').toArray()
    expect(read.map(({ data }) => [...(data as Uint8Array)])).toEqual(events.map(({ data }) => [...data]))
    await store.recordSnapshot({ sourceId: 'a', sourceVersion: 1, sourceType: 'T', data: bytes })
    expect([...((await store.readSnapshot<Uint8Array>('a'))?.data ?? [])]).toEqual([...bytes])
  })

  test('hold text that is no JSON', async () => {
    await using store = await freshStore(database.connectionString, {
      payload: 'bytea',
      serializer: { serialize: String, deserialize: (content) => Buffer.from(content).toString() },
    })
    expect((await roundTrip(store, 'no JSON: é 🚀 \u0000')).data).toBe('no JSON: é 🚀 \u0000')
  })
})

describe('a store opened with another payload than its schema was initialized with', () => {
  test.each([
    ['json', 'jsonb'],
    ['jsonb', 'bytea'],
    ['bytea', 'json'],
  ] as const)('%s, then %s, is MigrationRequiredError for every operation', async (initial, other) => {
    await using store = await freshStore(database.connectionString, { payload: initial })
    await store.append('s', { type: 'T', data: 1 }, { expectedVersion: 'any' })
    await using second = new EventStore({
      connectionString: database.connectionString,
      schema: store.schema,
      payload: other,
    })
    for (const operation of [
      () => second.append('s', { type: 'T', data: 1 }, { expectedVersion: 'any' }),
      () => second.read('s').toArray(),
      () => second.migrate(),
    ]) {
      const error = await rejection(operation())
      expect(error).toBeInstanceOf(MigrationRequiredError)
      expect(error).toMatchObject({ code: 'MIGRATION_REQUIRED', reason: 'payload' })
    }
  })
})
