import { describe, expect, test } from 'vitest'
import {
  DuplicateEventError,
  EventStore,
  type ExpectedVersion,
  type NewEvent,
  type StreamAppend,
  StreamNotFoundError,
} from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { useDatabase } from '../support/database.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { runSql, withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

function openStore(): Promise<FreshStore> {
  return freshStore(database.connectionString, { enableHardDeletes: true })
}

function identified(count: number): NewEvent[] {
  return newEvents(count).map((event) => ({ ...event, id: uuidv7() }))
}

describe('the very same append, repeated, has the first result and stores nothing', () => {
  test.each<[ExpectedVersion, number]>([
    ['any', 0],
    ['any', 2],
    ['no-stream', 0],
    [0, 0],
    [2, 2],
    ['stream-exists', 2],
  ])('with expected version %j, to a stream at version %i', async (expectedVersion, version) => {
    await using store = await openStore()
    if (version > 0) await store.append('s', newEvents(version), { expectedVersion: 'any' })
    const events = identified(3)
    const first = await store.append('s', events, { expectedVersion })
    expect(await store.append('s', events, { expectedVersion })).toEqual(first)
    await store.append('s', newEvents(2), { expectedVersion: 'any' })
    expect(await store.append('s', events, { expectedVersion })).toEqual(first)
    expect(await store.read('$all').toArray()).toHaveLength(version + 5)
  })

  test('also one of a single event, and one of 5,000', async () => {
    await using store = await openStore()
    for (const events of [identified(1), identified(5_000)]) {
      const first = await store.append('s', events, { expectedVersion: 'any' })
      await store.append('s', newEvent(), { expectedVersion: 'any' })
      expect(await store.append('s', events, { expectedVersion: 'any', timeout: 5_000 })).toEqual(first)
    }
    expect(await store.read('s').toArray()).toHaveLength(5_003)
  })

  test('through another store', async () => {
    await using store = await openStore()
    await using other = new EventStore({ connectionString: database.connectionString, schema: store.schema })
    const events = identified(2)
    const first = await store.append('s', events, { expectedVersion: 'no-stream' })
    expect(await other.append('s', events, { expectedVersion: 'no-stream' })).toEqual(first)
  })

  test('with ids in capitals', async () => {
    await using store = await openStore()
    const events = identified(2)
    const first = await store.append('s', events, { expectedVersion: 'no-stream' })
    const shouted = events.map((event) => ({ ...event, id: event.id?.toUpperCase() }))
    expect(await store.append('s', shouted, { expectedVersion: 'no-stream' })).toEqual(first)
  })

  test('when events of other streams are between it and the end of $all', async () => {
    await using store = await openStore()
    const events = identified(2)
    const first = await store.append('s', events, { expectedVersion: 'any' })
    await store.append('t', newEvents(3), { expectedVersion: 'any' })
    expect(await store.append('s', events, { expectedVersion: 'any' })).toEqual(first)
  })

  test('when other data is given with the same ids: an id is what says that it is the same', async () => {
    await using store = await openStore()
    const [event] = identified(1) as [NewEvent]
    const first = await store.append('s', event, { expectedVersion: 'any' })
    expect(await store.append('s', { ...event, data: 'other' }, { expectedVersion: 'any' })).toEqual(first)
    expect((await store.read('s').toArray()).map(({ data }) => data)).toEqual([event.data])
  })

  test.each<ExpectedVersion>(['any', 'no-stream', 0])(
    'with expected version %j, 20 times at once, through two stores',
    async (expectedVersion) => {
      await using one = await openStore()
      await using two = new EventStore({ connectionString: database.connectionString, schema: one.schema })
      const events = identified(3)
      const results = await Promise.all(
        range(1, 20).map((n) => (n % 2 ? one : two).append('s', events, { expectedVersion })),
      )
      expect(results).toEqual(Array(20).fill({ streamVersion: 3, position: 3 }))
      expect(await one.read('$all').toArray()).toHaveLength(3)
    },
  )

  test("in a caller's transaction, which it leaves usable", async () => {
    await using store = await openStore()
    const events = identified(2)
    const first = await store.append('s', events, { expectedVersion: 'no-stream' })
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      expect(await store.withClient(client).append('s', events, { expectedVersion: 'no-stream' })).toEqual(first)
      await store.withClient(client).append('s', newEvent(), { expectedVersion: 2 })
      await client.query('COMMIT')
    })
    expect(await store.read('s').toArray()).toHaveLength(3)
  })

  test('by appendAll, for all of its parts', async () => {
    await using store = await openStore()
    await store.append('guard', newEvents(2), { expectedVersion: 'any' })
    const parts: StreamAppend[] = [
      { stream: 'a', expectedVersion: 'no-stream', events: identified(2) },
      { stream: 'guard', expectedVersion: 2, events: [] },
      { stream: 'b', expectedVersion: 'any', events: identified(3) },
    ]
    const first = await store.appendAll(parts)
    expect(await store.appendAll(parts)).toEqual(first)
    await store.appendAll(
      ['a', 'b', 'guard'].map((stream) => ({ stream, expectedVersion: 'any', events: newEvents(1) })),
    )
    expect(await store.appendAll(parts)).toEqual(first)
    expect(await store.read('$all').toArray()).toHaveLength(10)
  })

  test('to a stream that was soft deleted since', async () => {
    await using store = await openStore()
    const events = identified(2)
    const first = await store.append('s', events, { expectedVersion: 'no-stream' })
    await store.deleteStream('s', { expectedVersion: 2 })
    expect(await store.append('s', events, { expectedVersion: 'no-stream' })).toEqual(first)
    expect(await store.append('s', events, { expectedVersion: 'any' })).toEqual(first)
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      expect(await store.withClient(client).append('s', events, { expectedVersion: 'no-stream' })).toEqual(first)
      await client.query('COMMIT')
    })
    expect(await store.read('$all').toArray()).toHaveLength(2)
  })
})

describe('after a hard delete the same append stores anew', () => {
  test('at version 1 again, at a position of its own', async () => {
    await using store = await openStore()
    const events = identified(2)
    await store.append('s', events, { expectedVersion: 'no-stream' })
    await store.deleteStream('s', { expectedVersion: 2, mode: 'hard' })
    expect(await store.append('s', events, { expectedVersion: 'no-stream' })).toEqual({ streamVersion: 2, position: 4 })
    expect((await store.read('s').toArray()).map(({ id }) => id)).toEqual(events.map(({ id }) => id))
  })
})

describe.each(['_ccnew', '_ccold', '_ccnew1'])('while its index is rebuilt, and the double %s finds it,', (suffix) => {
  test('an id that is stored already is known', async () => {
    await using store = await openStore()
    const events = identified(2)
    const first = await store.append('s', events, { expectedVersion: 'any' })
    await runSql(
      database.connectionString,
      `ALTER INDEX "${store.schema}".events_event_id_key RENAME TO events_event_id_key${suffix}`,
    )
    expect(await store.append('s', events, { expectedVersion: 'any' })).toEqual(first)
    expect(await rejection(store.append('other', events, { expectedVersion: 'any' }))).toBeInstanceOf(
      DuplicateEventError,
    )
  })
})

describe('an id that is stored already is DuplicateEventError', () => {
  const ids = range(1, 4).map(() => uuidv7())
  const [a, b, c, d] = ids.map((id, index) => ({ ...newEvent(index + 1), id })) as [
    NewEvent,
    NewEvent,
    NewEvent,
    NewEvent,
  ]
  const fresh = { ...newEvent(9), id: uuidv7() }

  /** The stream `s` holds a, b (appended to no stream), an event of nobody's, and then c and d (appended at version 3). */
  const nearMisses: readonly [string, string, readonly NewEvent[], ExpectedVersion][] = [
    ['in another order', 's', [b, a], 'any'],
    ['in another order, with the version that fitted', 's', [b, a], 0],
    ['with a new event after them', 's', [a, b, fresh], 'any'],
    ['with a new event before them', 's', [fresh, a, b], 'any'],
    ['with a new event without an id of its own', 's', [a, b, newEvent()], 'any'],
    ['in another stream', 't', [a, b], 'any'],
    ['in another stream that is to be new', 't', [a, b], 'no-stream'],
    ['with a version that did not fit then', 's', [a, b], 1],
    ["with 'stream-exists' when there was none", 's', [a, b], 'stream-exists'],
    ['with the version that would fit now', 's', [a, b], 5],
    ["with 'no-stream' when there was one", 's', [c, d], 'no-stream'],
    ['from two appends with another event between', 's', [a, b, c, d], 'any'],
    ['from two appends with another event between, out of order', 's', [b, c], 'any'],
    ['in capitals, in another stream', 't', [{ ...a, id: a.id?.toUpperCase() }], 'any'],
    ['among events that have none', 't', [newEvent(), a], 'any'],
  ]

  test.each(nearMisses)('%s', async (_, stream, events, expectedVersion) => {
    await using store = await openStore()
    await store.append('s', [a, b], { expectedVersion: 'no-stream' })
    await store.append('s', newEvent(), { expectedVersion: 2 })
    await store.append('s', [c, d], { expectedVersion: 3 })
    const error = await rejection(store.append(stream, events, { expectedVersion }))
    expect(error).toBeInstanceOf(DuplicateEventError)
    expect(error).toMatchObject({ code: 'DUPLICATE_EVENT', eventId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(ids).toContain((error as DuplicateEventError).eventId)
    expect(String(error)).toMatch(/stored already, in "s"/)

    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      const transaction = store.withClient(client)
      expect(await rejection(transaction.append(stream, events, { expectedVersion }))).toBeInstanceOf(
        DuplicateEventError,
      )
      await transaction.append('usable', newEvent(), { expectedVersion: 'no-stream' })
      await client.query('ROLLBACK')
    })
    expect(await store.read('$all').toArray()).toHaveLength(5)
    await expect(store.read('t').toArray()).rejects.toBeInstanceOf(StreamNotFoundError)
  })

  test('twice in one append, also in different parts and in different cases', async () => {
    await using store = await openStore()
    const shouted = { ...a, id: a.id?.toUpperCase() }
    expect(await rejection(store.append('s', [a, b, a], { expectedVersion: 'any' }))).toBeInstanceOf(
      DuplicateEventError,
    )
    expect(await rejection(store.append('s', [a, shouted], { expectedVersion: 'any' }))).toBeInstanceOf(
      DuplicateEventError,
    )
    const parts: StreamAppend[] = ['s', 't'].map((stream) => ({ stream, expectedVersion: 'any', events: [a] }))
    expect(await rejection(store.appendAll(parts))).toBeInstanceOf(DuplicateEventError)
    expect(await store.read('$all').toArray()).toEqual([])
  })

  test('in one part of appendAll, which stores none of the others', async () => {
    await using store = await openStore()
    await store.append('s', [a, b], { expectedVersion: 'no-stream' })
    const parts: StreamAppend[] = [
      { stream: 't', expectedVersion: 'any', events: [fresh] },
      { stream: 's', expectedVersion: 'any', events: [a, b] },
    ]
    expect(await rejection(store.appendAll(parts))).toMatchObject({ code: 'DUPLICATE_EVENT', eventId: a.id })
    expect(await rejection(store.appendAll([...parts].reverse()))).toMatchObject({ code: 'DUPLICATE_EVENT' })
    expect(await store.read('$all').toArray()).toHaveLength(2)
  })

  test('in one of the pieces of an append of many thousand events, which stores nothing', async () => {
    await using store = await openStore()
    await store.append('s', a, { expectedVersion: 'any' })
    const events = [...newEvents(4_500), a]
    expect(await rejection(store.append('t', events, { expectedVersion: 'any' }))).toMatchObject({ eventId: a.id })
    expect(await store.read('$all').toArray()).toHaveLength(1)
  })

  test('of events that were appended by several appends which race for the same id: one has it', async () => {
    await using store = await openStore()
    const results = await Promise.allSettled(
      range(1, 10).map((n) => store.append(`s-${n}`, [newEvent(), a], { expectedVersion: 'no-stream' })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(DuplicateEventError)
    }
    expect((await store.read('$all').toArray()).map(({ position }) => position)).toEqual([1, 2])
  })
})
