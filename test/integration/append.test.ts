import { describe, expect, test } from 'vitest'
import {
  EventStore,
  InvalidEventError,
  MigrationRequiredError,
  type NewEvent,
  ReadOnlyStreamError,
  StreamNotFoundError,
} from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { runSql, withClient } from '../support/run-sql.ts'

const UUID_VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const ID = '0190a0b0-0000-7000-8000-00000000abcd'
const OTHER_ID = '0190a0b0-0000-7000-8000-00000000ef01'

const database = useDatabase()

function openStore(): EventStore {
  return new EventStore({ connectionString: database.connectionString })
}

describe('what is appended', () => {
  test('and refused tells, in its stack, which call it was', async () => {
    await using store = openStore()
    const byWhom = async (expectedVersion: number) => {
      await store.append('refused', newEvent(), { expectedVersion })
    }
    for (const append of [byWhom(1), byWhom(2)]) {
      const error = await append.then(
        () => undefined,
        (reason: unknown) => reason as Error,
      )
      expect(error?.stack).toMatch(/^WrongExpectedVersionError: /)
      expect(error?.stack).toContain('byWhom')
    }
  })

  test('one event, given alone or in an array, is stored', async () => {
    await using store = openStore()
    await store.append('alone', newEvent(), { expectedVersion: 'no-stream' })
    await store.append('in-array', [newEvent()], { expectedVersion: 'no-stream' })
    expect(await store.read('alone').toArray()).toHaveLength(1)
    expect(await store.read('in-array').toArray()).toHaveLength(1)
  })

  test('several events are stored in the order given', async () => {
    await using store = openStore()
    await store.append('ordered', newEvents(3), { expectedVersion: 'any' })
    expect((await store.read('ordered').toArray()).map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  test('every field is read back as it was given', async () => {
    await using store = await freshStore(database.connectionString)
    const event = {
      id: ID,
      type: 'OrderPlaced',
      data: { total: 12 },
      metadata: { user: 'ann' },
      causationId: OTHER_ID,
      correlationId: ID,
    }
    await store.append('before', newEvents(2), { expectedVersion: 'any' })
    await store.append('order-1', newEvent(), { expectedVersion: 'any' })
    await store.append('order-1', event, { expectedVersion: 1 })
    const [, read] = await store.read('order-1').toArray()
    expect(read).toEqual({
      ...event,
      createdAt: expect.any(Date),
      streamName: 'order-1',
      streamVersion: 2,
      position: 4,
      eventNumber: 2,
    })
  })

  test('an event without an id gets a UUID version 7, another one with every call', async () => {
    await using store = openStore()
    const event = newEvent()
    await store.append('generated-ids', event, { expectedVersion: 'any' })
    await store.append('generated-ids', [event, event], { expectedVersion: 'any' })
    const ids = (await store.read('generated-ids').toArray()).map(({ id }) => id)
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) expect(id).toMatch(UUID_VERSION_7)
    expect(ids.toSorted()).toEqual(ids)
  })

  test('an id in capitals is stored in small letters', async () => {
    await using store = openStore()
    const id = '0190A0B0-0000-7000-8000-0000000000FF'
    await store.append(
      'capitals',
      { ...newEvent(), id, causationId: id, correlationId: id },
      { expectedVersion: 'any' },
    )
    const [read] = await store.read('capitals').toArray()
    expect([read?.id, read?.causationId, read?.correlationId]).toEqual(Array(3).fill(id.toLowerCase()))
  })

  test('an event without metadata, causation id and correlation id has {}, null and null', async () => {
    await using store = openStore()
    await store.append('sparse', { type: 'Sparse', data: {} }, { expectedVersion: 'any' })
    await store.append(
      'sparse',
      {
        type: 'Sparse',
        data: {},
        metadata: undefined,
        id: undefined,
        causationId: undefined,
        correlationId: undefined,
      },
      { expectedVersion: 'any' },
    )
    for (const event of await store.read('sparse').toArray()) {
      expect(event).toMatchObject({ metadata: {}, causationId: null, correlationId: null })
    }
  })

  test('8,001 events go in with one append, and $all numbers them without gaps', async () => {
    await using store = await freshStore(database.connectionString)
    const result = await store.append('long', newEvents(8_001), { expectedVersion: 'no-stream' })
    expect(result).toEqual({ streamVersion: 8_001, position: 8_001 })
    const events = await store.read('$all').toArray()
    expect(events.map(({ position }) => position)).toEqual(range(1, 8_001))
    expect(events.map(({ streamVersion }) => streamVersion)).toEqual(range(1, 8_001))
    expect(events.map(({ data }) => data)).toEqual(range(1, 8_001).map((n) => ({ n })))
  })

  test('of 100,000 events in one call stores them all, or none when the last of them is refused', async () => {
    await using store = await freshStore(database.connectionString)
    const stored = { ...newEvent(), id: '0190a0b0-0000-7000-8000-00000000abcd' }
    await store.append('stored', stored, { expectedVersion: 0 })
    const refused = store.append('huge', [...newEvents(99_999), stored], { expectedVersion: 0, timeout: 60_000 })
    await expect(refused).rejects.toMatchObject({ code: 'DUPLICATE_EVENT', eventId: stored.id })
    await expect(store.getStream('huge')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
    const result = await store.append('huge', newEvents(100_000), { expectedVersion: 0, timeout: 60_000 })
    expect(result).toEqual({ streamVersion: 100_000, position: 100_001 })
    const [last] = await store.read('huge', { direction: 'backwards', limit: 1 }).toArray()
    expect(last).toMatchObject({ eventNumber: 100_000, position: 100_001, data: { n: 100_000 } })
  })

  test('20 MB go in with one append', async () => {
    await using store = openStore()
    const events = range(1, 20).map((n) => ({ type: 'Large', data: { n, text: 'x'.repeat(1024 * 1024) } }))
    await store.append('large', events, { expectedVersion: 'no-stream' })
    const read = await store.read('large', { batchSize: 4 }).toArray()
    expect(read.map(({ data }) => data)).toEqual(events.map(({ data }) => data))
  })
})

describe('where it is appended', () => {
  test('to one stream in several appends', async () => {
    await using store = openStore()
    await store.append('in-turns', newEvents(3), { expectedVersion: 0 })
    await store.append('in-turns', newEvents(3, 4), { expectedVersion: 3 })
    const events = await store.read('in-turns').toArray()
    expect(events.map(({ streamVersion }) => streamVersion)).toEqual(range(1, 6))
    expect(events.map(({ data }) => data)).toEqual(range(1, 6).map((n) => ({ n })))
  })

  test('to two streams alternately, which are numbered independently', async () => {
    await using store = await freshStore(database.connectionString)
    await store.append('a', newEvents(2), { expectedVersion: 'no-stream' })
    await store.append('b', newEvents(2), { expectedVersion: 'no-stream' })
    await store.append('a', newEvents(2, 3), { expectedVersion: 2 })
    await store.append('b', newEvents(2, 3), { expectedVersion: 2 })
    for (const stream of ['a', 'b']) {
      const events = await store.read(stream).toArray()
      expect(events.map(({ streamVersion }) => streamVersion)).toEqual(range(1, 4))
    }
  })

  test('each result tells the stream version and the position that were reached', async () => {
    await using store = await freshStore(database.connectionString)
    expect(await store.append('a', newEvents(2), { expectedVersion: 'any' })).toEqual({ streamVersion: 2, position: 2 })
    expect(await store.append('b', newEvents(3), { expectedVersion: 'any' })).toEqual({ streamVersion: 3, position: 5 })
    expect(await store.append('a', newEvent(), { expectedVersion: 2 })).toEqual({ streamVersion: 3, position: 6 })
  })

  test('appending to $all is refused, whatever version is expected', async () => {
    await using store = openStore()
    for (const expectedVersion of ['any', 'no-stream', 'stream-exists', 0] as const) {
      await expect(store.append('$all', newEvent(), { expectedVersion })).rejects.toBeInstanceOf(ReadOnlyStreamError)
    }
  })

  test.each([
    'a',
    '0',
    ' ',
    'Ünïcode → 🚀',
    'quote \' " ` \\ %_$1',
    '$ALL',
    '$all ',
    '../..',
    'x'.repeat(1_000),
    'é'.repeat(500),
  ])('a stream may be called %j', async (name) => {
    await using store = openStore()
    await store.append(name, newEvent(), { expectedVersion: 'no-stream' })
    const [event] = await store.read(name).toArray()
    expect(event?.streamName).toBe(name)
    expect((await store.getStream(name)).name).toBe(name)
  })

  test.each([
    '',
    'a\u0000b',
    'line\nbreak',
    'tab\t',
    '\u007f',
    '\u0085',
    'half \ud800',
    'x'.repeat(1_001),
    'é'.repeat(501),
  ])('a stream must not be called %j', async (name) => {
    await using store = openStore()
    await expect(store.append(name, newEvent(), { expectedVersion: 'any' })).rejects.toBeInstanceOf(RangeError)
    expect(() => store.read(name)).toThrow(RangeError)
  })

  test('a stream name that is no string is a TypeError', async () => {
    await using store = openStore()
    const name: unknown = 7
    await expect(store.append(name as string, newEvent(), { expectedVersion: 'any' })).rejects.toBeInstanceOf(TypeError)
  })
})

describe('when it is appended', () => {
  const past = new Date('2001-02-03T04:05:06.789Z')
  const later = new Date('2002-02-03T04:05:06.789Z')

  test('createdAt is the time of appending', async () => {
    await using store = openStore()
    await store.append('now', newEvents(3), { expectedVersion: 'any' })
    for (const { createdAt } of await store.read('now').toArray()) {
      expect(Date.now() - createdAt.getTime()).toBeLessThan(60_000)
      expect(Date.now() - createdAt.getTime()).toBeGreaterThan(-60_000)
    }
  })

  test.each(['no-stream', 'any'] as const)(
    "createdAt given with expected version '%s' is the time of the events and of the new stream",
    async (expectedVersion) => {
      await using store = openStore()
      const stream = `dated-${expectedVersion}`
      await store.append(stream, newEvents(2), { expectedVersion, createdAt: past })
      expect((await store.read(stream).toArray()).map(({ createdAt }) => createdAt)).toEqual([past, past])
      expect((await store.getStream(stream)).createdAt).toEqual(past)
    },
  )

  test.each([1, 'any'] as const)(
    'createdAt given to a later append with expected version %j leaves the stream and earlier events as they were',
    async (expectedVersion) => {
      await using store = openStore()
      const stream = `dated-later-${expectedVersion}`
      await store.append(stream, newEvent(1), { expectedVersion: 'no-stream', createdAt: past })
      await store.append(stream, newEvent(2), { expectedVersion, createdAt: later })
      expect((await store.read(stream).toArray()).map(({ createdAt }) => createdAt)).toEqual([past, later])
      expect((await store.getStream(stream)).createdAt).toEqual(past)
    },
  )

  test.each(['0001-01-01T00:00:00.000Z', '1582-10-14T23:59:59.999Z', '9999-12-31T23:59:59.999Z'])(
    'createdAt is kept to the millisecond: %s',
    async (text) => {
      await using store = openStore()
      await store.append(`at-${text}`, newEvent(), { expectedVersion: 'any', createdAt: new Date(text) })
      const [event] = await store.read(`at-${text}`).toArray()
      expect(event?.createdAt.toISOString()).toBe(text)
    },
  )

  test('createdAt that is no valid Date is refused', async () => {
    await using store = openStore()
    const createdAt = new Date(Number.NaN)
    await expect(store.append('undated', newEvent(), { expectedVersion: 'any', createdAt })).rejects.toThrow(RangeError)
    const text: unknown = '2001-01-01'
    await expect(
      store.append('undated', newEvent(), { expectedVersion: 'any', createdAt: text as Date }),
    ).rejects.toThrow(TypeError)
  })
})

describe('what is refused', () => {
  test('an append without events is a RangeError, and names appendAll', async () => {
    await using store = openStore()
    await expect(store.append('empty', [], { expectedVersion: 'any' })).rejects.toThrow(RangeError)
    await expect(store.append('empty', [], { expectedVersion: 'any' })).rejects.toThrow(/appendAll/)
  })

  test.each<[string, object | null, string]>([
    ['an id that is no UUID', { type: 'T', data: {}, id: 'order-1' }, 'id'],
    ['an id of bad digits', { type: 'T', data: {}, id: '0190a0b0-0000-7000-8000-00000000000g' }, 'id'],
    ['a causation id that is no UUID', { type: 'T', data: {}, causationId: 'x' }, 'causationId'],
    ['a correlation id that is no UUID', { type: 'T', data: {}, correlationId: 'x' }, 'correlationId'],
    ['no type', { data: {} }, 'type'],
    ['an empty type', { type: '', data: {} }, 'type'],
    ['a type with a control character', { type: 'a\u0000', data: {} }, 'type'],
    ['no data', { type: 'T' }, 'data'],
    ['a function as data', { type: 'T', data: () => {} }, 'data'],
    ['data with a bigint', { type: 'T', data: { n: 1n } }, 'data'],
    ['metadata that is a text', { type: 'T', data: {}, metadata: 'text' }, 'metadata'],
    ['metadata that is an array', { type: 'T', data: {}, metadata: [] }, 'metadata'],
  ])('an event with %s is InvalidEventError, which says where', async (_, event, field) => {
    await using store = openStore()
    const error = await store
      .append('refused', [newEvent(), event as NewEvent], { expectedVersion: 'any' })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InvalidEventError)
    expect(error).toMatchObject({ code: 'INVALID_EVENT', issues: [{ path: [field] }] })
    expect(String(error)).toMatch(/Event 2 of 2/)
    await expect(store.read('refused').toArray()).rejects.toBeInstanceOf(StreamNotFoundError)
  })

  test('data that refers to itself is InvalidEventError', async () => {
    await using store = openStore()
    const data: { self?: unknown } = {}
    data.self = data
    await expect(store.append('refused', { type: 'T', data }, { expectedVersion: 'any' })).rejects.toBeInstanceOf(
      InvalidEventError,
    )
  })

  test('an unknown option and a timeout of 0 are refused', async () => {
    await using store = openStore()
    const misspelt: object = { expectedVersion: 'any', createdAd: new Date() }
    await expect(store.append('refused', newEvent(), misspelt as { expectedVersion: 'any' })).rejects.toThrow(
      /createdAd/,
    )
    await expect(store.append('refused', newEvent(), { expectedVersion: 'any', timeout: 0 })).rejects.toThrow(
      RangeError,
    )
  })

  test('appending in a schema without tables is MigrationRequiredError, which names the command that helps', async () => {
    await using store = new EventStore({ connectionString: database.connectionString, schema: 'nowhere' })
    const error = await store.append('a', newEvent(), { expectedVersion: 'any' }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(MigrationRequiredError)
    expect(error).toMatchObject({ code: 'MIGRATION_REQUIRED', reason: 'missing' })
    expect(String(error)).toMatch(/eventstore setup --schema "nowhere"/)
  })
})

describe("in a transaction of the caller's", () => {
  test('what was appended is gone when the caller rolls back', async () => {
    await using store = openStore()
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      const result = await store
        .withClient(client)
        .append('rolled-back', newEvents(3), { expectedVersion: 'no-stream' })
      expect(result.streamVersion).toBe(3)
      expect(await store.withClient(client).read('rolled-back').toArray()).toHaveLength(3)
      await client.query('ROLLBACK')
    })
    await expect(store.read('rolled-back').toArray()).rejects.toBeInstanceOf(StreamNotFoundError)
  })

  test("what was appended is there when the caller commits, with the caller's own rows", async () => {
    await using store = openStore()
    await withClient(database.connectionString, async (client) => {
      await client.query('CREATE TABLE orders (id int)')
      await client.query('BEGIN')
      await client.query('INSERT INTO orders VALUES (1)')
      await store.withClient(client).append('committed', newEvents(3), { expectedVersion: 'no-stream' })
      await client.query('COMMIT')
    })
    expect(await store.read('committed').toArray()).toHaveLength(3)
    expect(await runSql(database.connectionString, 'SELECT id FROM orders')).toEqual([{ id: 1 }])
  })
})
