import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { EventStore, type Serializer, type StreamOperations } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { errorOf, invoke } from '../support/invoke.ts'
import { rowCounts } from '../support/row-counts.ts'

const ANY = { expectedVersion: 'any' } as const
const MEGABYTE = 1_000_000
const ID = '0190a0b0-0000-7000-8000-00000000abcd'
const OTHER_ID = '0190a0b0-0000-7000-8000-00000000ef01'

const UNSERIALIZABLE: readonly (readonly [title: string, value: unknown, message: string])[] = [
  ['undefined', undefined, 'cannot be serialized: undefined has no JSON form'],
  ['a function', () => {}, 'cannot be serialized: a function has no JSON form'],
  ['a symbol', Symbol('total'), 'cannot be serialized: Symbol(total) has no JSON form'],
  ['a BigInt', { total: 12n }, 'cannot be serialized: Do not know how to serialize a BigInt'],
  ['what contains itself', circular(), 'cannot be serialized: Converting circular structure'],
  ['what throws a symbol', { toJSON: () => fail(Symbol('no')) }, 'cannot be serialized: Symbol(no)'],
  ['100 MB', 'x'.repeat(100 * MEGABYTE), 'must not exceed 64 MB (67108864 bytes), found 100000002 bytes'],
]

const UNSTORABLE_AS_JSONB: readonly (readonly [title: string, value: unknown, found: string])[] = [
  ['U+0000', 'a\u0000b', '\\u0000'],
  ['U+0000 in a key', { 'a\u0000b': 1 }, '\\u0000'],
  ['half of a surrogate pair', ['\ud83d'], '\\ud83d'],
  ['half of a surrogate pair in a key', { '\ude00': 1 }, '\\ude00'],
]

const database = useDatabase()

describe.each(['json', 'jsonb', 'bytea'] as const)('with payload %s', (payload) => {
  const schema = `data_${payload}`
  let store: EventStore

  beforeAll(async () => {
    store = new EventStore({ connectionString: database.connectionString, schema, payload })
    await store.migrate()
  })
  afterAll(() => store.close())

  test.each(UNSERIALIZABLE)('data of %s is refused', async (_, data, message) => {
    await refuse({ data }, `data: ${message}`)
  })

  test.each([
    ['a BigInt', 12n, 'metadata: cannot be serialized: Do not know how to serialize a BigInt'],
    ['what contains itself', circular(), 'metadata: cannot be serialized: Converting circular structure'],
  ])('metadata with %s is refused', async (_, value, message) => {
    await refuse({ data: 1, metadata: { value } }, message)
  })

  test.each(UNSTORABLE_AS_JSONB)(
    'data and metadata with %s are stored, or refused before they are sent',
    async (_, data, found) => {
      if (payload === 'jsonb') {
        await refuse({ data }, `data: cannot be stored as jsonb: it contains ${found}`)
        await refuse({ data: 1, metadata: { data } }, `metadata: cannot be stored as jsonb: it contains ${found}`)
        return
      }
      await store.append('unusual', { type: 'T', data, metadata: { data } }, ANY)
      const [event] = await store.read('unusual', { direction: 'backwards', limit: 1 }).toArray()
      expect(event).toMatchObject({ data, metadata: { data } })
    },
  )

  test('10 MB of data are stored', async () => {
    const text = '"\\é'.repeat(2.5 * MEGABYTE)
    await store.append('large', { type: 'T', data: text }, { expectedVersion: 'no-stream' })
    const [event] = await store.read('large').toArray()
    expect(event?.data === text).toBe(true)
  })

  test.each([1_000, 10_000, 100_000])('data nested %d levels deep is stored or refused', async (levels) => {
    const before = await rowCounts(database.connectionString, schema)
    let data: unknown = 'innermost'
    for (let level = 0; level < levels; level++) data = level % 2 === 0 ? [data] : { data }
    const outcome = await store.append('deep', { type: 'T', data }, ANY).catch((error: unknown) => error)
    if (outcome instanceof Error) {
      expect(outcome).toMatchObject({ name: 'InvalidEventError', message: expect.stringContaining('data: cannot be') })
      expect(await rowCounts(database.connectionString, schema)).toEqual(before)
    } else {
      const [event] = await store.read('deep', { direction: 'backwards', limit: 1 }).toArray()
      expect(JSON.stringify(event?.data)).toBe(JSON.stringify(data))
    }
    expect(levels > 1_000 || !(outcome instanceof Error)).toBe(true)
  })

  test('what only the database finds too deep is refused, or stored where it does not look', async () => {
    const serializer: Serializer = {
      serialize: () => `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
      deserialize: String,
    }
    await using deep = new EventStore({ connectionString: database.connectionString, schema, payload, serializer })
    if (payload === 'bytea') {
      expect(await deep.append('as-bytes', { type: 'T', data: 1 }, ANY)).toMatchObject({ streamVersion: 1 })
      return
    }
    await refuseBy(deep, { data: 1 }, 'SQLSTATE 54001')
  })

  test('an id that comes twice in one append is refused, in whatever case', async () => {
    const event = { type: 'T', data: 1 }
    const twice = [
      { ...event, id: ID },
      { ...event, id: ID.toUpperCase() },
    ]
    const parts = twice.map((part, index) => ({ stream: `twice-${index}`, expectedVersion: 'any', events: [part] }))
    const before = await rowCounts(database.connectionString, schema)
    for (const task of [() => store.append('twice', twice, ANY), () => invoke(store, 'appendAll', parts)]) {
      expect(await errorOf(task)).toMatchObject({ name: 'DuplicateEventError', code: 'DUPLICATE_EVENT', eventId: ID })
      expect((await errorOf(task)).message).toContain('is twice in one append')
    }
    expect(await rowCounts(database.connectionString, schema)).toEqual(before)
  })

  test('an id that is stored already, or linked twice, or not stored, is refused', async () => {
    await store.append('stored', { type: 'T', data: 1, id: OTHER_ID }, ANY)
    const before = await rowCounts(database.connectionString, schema)
    const again = await errorOf(() =>
      store.append('elsewhere', { type: 'T', data: 1, id: OTHER_ID.toUpperCase() }, ANY),
    )
    expect(again).toMatchObject({ code: 'DUPLICATE_EVENT', eventId: OTHER_ID })
    expect(again.message).toContain('stored already, in "stored"')
    const linked = await errorOf(() => store.link('linking', [OTHER_ID, OTHER_ID.toUpperCase()], ANY))
    expect(linked).toMatchObject({ code: 'DUPLICATE_EVENT', message: expect.stringContaining('twice in one link') })
    const unknown = await errorOf(() => store.link('linking', [OTHER_ID, ID], ANY))
    expect(unknown).toMatchObject({ code: 'EVENT_NOT_FOUND', eventId: ID })
    expect(await rowCounts(database.connectionString, schema)).toEqual(before)
  })

  test('a typed store refuses types that it does not know, and data that does not fit', async () => {
    const events = { OrderPlaced: z.object({ total: z.number().positive() }) }
    await using typed = new EventStore({ connectionString: database.connectionString, schema, payload, events })
    const before = await rowCounts(database.connectionString, schema)
    const append = (event: object) => errorOf(() => invoke(typed, 'append', 'typed', event, ANY))
    for (const type of ['OrderLost', '__proto__', 'constructor', 'toString', 'orderplaced']) {
      const error = await append({ type, data: { total: 1 } })
      expect(error).toMatchObject({ code: 'INVALID_EVENT', issues: [{ path: ['type'] }] })
      expect(error.message).toContain(`type: must be one of OrderPlaced, found "${type}"`)
    }
    const error = await append({ type: 'OrderPlaced', data: { total: -1 } })
    expect(error).toMatchObject({ code: 'INVALID_EVENT', issues: [{ path: ['data', 'total'] }] })
    expect(error.message).toContain('data.total: Too small')
    expect(await rowCounts(database.connectionString, schema)).toEqual(before)
    expect(await typed.append('typed', { type: 'OrderPlaced', data: { total: 1 } }, ANY)).toMatchObject({
      streamVersion: 1,
    })
  })

  function refuse(content: object, message: string): Promise<void> {
    return refuseBy(store, content, message)
  }

  /** In an event after one that is right, and in a snapshot; then an append that works. */
  async function refuseBy(operations: StreamOperations, content: object, message: string): Promise<void> {
    const before = await rowCounts(database.connectionString, schema)
    const append = () =>
      invoke(
        operations,
        'append',
        'refused',
        [
          { type: 'T', data: 1 },
          { type: 'T', ...content },
        ],
        ANY,
      )
    const snapshot = { sourceId: 'refused', sourceVersion: 1, sourceType: 'T', ...content }
    for (const task of [append, () => invoke(operations, 'recordSnapshot', snapshot)]) {
      const error = await errorOf(task)
      expect(error).toMatchObject({ name: 'InvalidEventError', code: 'INVALID_EVENT', issues: [{}] })
      expect(error.message).toContain(message)
      expect(error.message).toContain('Nothing was stored.')
    }
    expect(await rowCounts(database.connectionString, schema)).toEqual(before)
    expect(await store.append('usable', { type: 'T', data: 1 }, ANY)).toMatchObject({
      position: (before.events ?? 0) + 1,
    })
  }
})

test('60 MB of data next to 1 MB are stored', async () => {
  await using store = new EventStore({ connectionString: database.connectionString })
  const events = [60 * MEGABYTE, MEGABYTE].map((length) => ({ type: 'T', data: 'x'.repeat(length) }))
  await store.append('huge', events, { expectedVersion: 'no-stream' })
  const stored = await store.read('huge', { batchSize: 1 }).toArray()
  expect(stored.map(({ data }) => String(data).length)).toEqual([60 * MEGABYTE, MEGABYTE])
})

function circular(): object {
  const value: { self?: object } = {}
  value.self = value
  return value
}

function fail(thrown: unknown): never {
  throw thrown
}
