import { describe, expect, test } from 'vitest'
import {
  EventStore,
  InvalidEventError,
  ReadOnlyStreamError,
  type StreamAppend,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { withClient } from '../support/run-sql.ts'
import { rejection, settled } from '../support/settled.ts'

const database = useDatabase()

describe('several streams at once', () => {
  test('get their events, one part after the other in $all, with a result for each part', async () => {
    await using store = await freshStore(database.connectionString)
    await store.append('b', newEvent(), { expectedVersion: 'no-stream' })
    const results = await store.appendAll([
      { stream: 'c', expectedVersion: 'no-stream', events: newEvents(2) },
      { stream: 'a', expectedVersion: 'any', events: newEvents(1) },
      { stream: 'b', expectedVersion: 1, events: newEvents(3) },
    ])
    expect(results).toEqual([
      { streamVersion: 2, position: 3 },
      { streamVersion: 1, position: 4 },
      { streamVersion: 4, position: 7 },
    ])
    const events = await store.read('$all').toArray()
    expect(events.map(({ position }) => position)).toEqual(range(1, 7))
    expect(events.map(({ streamName }) => streamName)).toEqual(['b', 'c', 'c', 'a', 'b', 'b', 'b'])
    expect(events.map(({ streamVersion }) => streamVersion)).toEqual([1, 1, 2, 1, 2, 3, 4])
  })

  test('have the same createdAt, their own or one that is given', async () => {
    await using store = await freshStore(database.connectionString)
    const createdAt = new Date('2001-02-03T04:05:06.789Z')
    const parts: StreamAppend[] = ['a', 'b'].map((stream) => ({ stream, expectedVersion: 'any', events: [newEvent()] }))
    await store.appendAll(parts)
    await store.appendAll(parts, { createdAt })
    const times = (await store.read('$all').toArray()).map((event) => event.createdAt)
    expect(times[0]).toEqual(times[1])
    expect(times.slice(2)).toEqual([createdAt, createdAt])
  })

  test('get 3,000 events each, in order', async () => {
    await using store = await freshStore(database.connectionString)
    const results = await store.appendAll(
      ['a', 'b', 'c'].map((stream) => ({ stream, expectedVersion: 'no-stream', events: newEvents(3_000) })),
    )
    expect(results).toEqual([3_000, 6_000, 9_000].map((position) => ({ streamVersion: 3_000, position })))
    const all = await store.read('$all').toArray()
    expect(all.map(({ position }) => position)).toEqual(range(1, 9_000))
    for (const stream of ['a', 'b', 'c']) {
      const events = all.filter(({ streamName }) => streamName === stream)
      expect(events.map(({ streamVersion }) => streamVersion)).toEqual(range(1, 3_000))
      expect(events.map(({ data }) => data)).toEqual(range(1, 3_000).map((n) => ({ n })))
    }
  })
})

describe('all or nothing', () => {
  const refusals: readonly [string, StreamAppend, new (...args: never[]) => Error][] = [
    ['a wrong version', { stream: 'old', expectedVersion: 2, events: [newEvent()] }, WrongExpectedVersionError],
    [
      'a stream that exists',
      { stream: 'old', expectedVersion: 'no-stream', events: [newEvent()] },
      WrongExpectedVersionError,
    ],
    ['a missing stream', { stream: 'x', expectedVersion: 'stream-exists', events: [] }, WrongExpectedVersionError],
    ['a deleted stream', { stream: 'gone', expectedVersion: 'any', events: [newEvent()] }, StreamDeletedError],
    ['a bad event', { stream: 'x', expectedVersion: 'any', events: [{ type: '', data: 1 }] }, InvalidEventError],
    ['$all', { stream: '$all', expectedVersion: 'any', events: [newEvent()] }, ReadOnlyStreamError],
  ]

  test.each(refusals)('a part with %s, first or last, refuses all others', async (_, part, expected) => {
    await using store = await freshStore(database.connectionString)
    await store.append('old', newEvent(), { expectedVersion: 'any' })
    await store.append('gone', newEvent(), { expectedVersion: 'any' })
    await store.deleteStream('gone', { expectedVersion: 'any' })
    const good: StreamAppend = { stream: 'new', expectedVersion: 'any', events: newEvents(2) }
    expect(await rejection(store.appendAll([good, part]))).toBeInstanceOf(expected)
    expect(await rejection(store.appendAll([part, good]))).toBeInstanceOf(expected)
    const large: StreamAppend = { stream: 'new', expectedVersion: 'any', events: newEvents(3_000) }
    expect(await rejection(store.appendAll([large, part]))).toBeInstanceOf(expected)
    expect(await store.read('$all').toArray()).toHaveLength(2)
    const names = (await store.listStreams()).items.map(({ name }) => name)
    expect(names).toEqual(['$all', 'old', 'gone'])
    expect(await store.append('next', newEvent(), { expectedVersion: 'any' })).toMatchObject({ position: 3 })
  })

  test('the error names the stream that was refused', async () => {
    await using store = await freshStore(database.connectionString)
    await store.append('b', newEvents(3), { expectedVersion: 'any' })
    const refused = store.appendAll([
      { stream: 'a', expectedVersion: 'any', events: [newEvent()] },
      { stream: 'b', expectedVersion: 1, events: [newEvent()] },
    ])
    expect(await rejection(refused)).toMatchObject({ streamName: 'b', expectedVersion: 1, actualVersion: 3 })
  })

  test('of appends that race for two streams in opposite order, exactly one succeeds and none hangs', async () => {
    await using one = await freshStore(database.connectionString)
    const a: StreamAppend = { stream: 'a', expectedVersion: 'no-stream', events: [newEvent()] }
    const b: StreamAppend = { stream: 'b', expectedVersion: 'no-stream', events: [newEvent()] }
    const { values, errors } = await settled(range(1, 10).map((n) => one.appendAll(n % 2 ? [a, b] : [b, a])))
    expect(values).toHaveLength(1)
    expect(errors).toHaveLength(9)
    for (const error of errors) expect(error).toBeInstanceOf(WrongExpectedVersionError)
    expect(await one.read('$all').toArray()).toHaveLength(2)
  })

  test("a caller's transaction that is rolled back takes all parts with it", async () => {
    await using store = new EventStore({ connectionString: database.connectionString })
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).appendAll([
        { stream: 'rolled-back-a', expectedVersion: 'any', events: [newEvent()] },
        { stream: 'rolled-back-b', expectedVersion: 'any', events: [newEvent()] },
      ])
      await client.query('ROLLBACK')
    })
    expect((await store.listStreams({ search: 'rolled-back' })).items).toEqual([])
  })
})

describe('a part without events', () => {
  test('checks the version of its stream, and tells it with the position of $all', async () => {
    await using store = await freshStore(database.connectionString)
    await store.append('account', newEvents(3), { expectedVersion: 'any' })
    const results = await store.appendAll([
      { stream: 'account', expectedVersion: 3, events: [] },
      { stream: 'transfer', expectedVersion: 'no-stream', events: newEvents(2) },
      { stream: 'account-2', expectedVersion: 'no-stream', events: [] },
    ])
    expect(results).toEqual([
      { streamVersion: 3, position: 5 },
      { streamVersion: 2, position: 5 },
      { streamVersion: 0, position: 5 },
    ])
  })

  test.each<[StreamAppend['expectedVersion'], boolean]>([
    [1, true],
    ['any', true],
    ['stream-exists', true],
    ['no-stream', false],
    [0, false],
    [2, false],
  ])('that expects %j of a stream at version 1: passes is %j', async (expectedVersion, passes) => {
    await using store = await freshStore(database.connectionString)
    await store.append('checked', newEvent(), { expectedVersion: 'any' })
    const { values, errors } = await settled([
      store.appendAll([
        { stream: 'other', expectedVersion: 'any', events: [newEvent()] },
        { stream: 'checked', expectedVersion, events: [] },
      ]),
    ])
    expect(values).toHaveLength(passes ? 1 : 0)
    expect(errors).toHaveLength(passes ? 0 : 1)
    expect(await store.read('$all').toArray()).toHaveLength(passes ? 2 : 1)
  })

  test('creates no stream, not even alone', async () => {
    await using store = await freshStore(database.connectionString)
    const [result] = await store.appendAll([{ stream: 'checked', expectedVersion: 'no-stream', events: [] }])
    expect(result).toEqual({ streamVersion: 0, position: 0 })
    expect((await store.listStreams()).totalItems).toBe(1)
  })

  test('passes only if no append that races with it changes its stream first', async () => {
    await using store = await freshStore(database.connectionString)
    await store.append('guard', newEvent(), { expectedVersion: 'no-stream' })
    const guarded = range(1, 10).map((n) =>
      store.appendAll([
        { stream: 'guard', expectedVersion: 1, events: [] },
        { stream: `guarded-${n}`, expectedVersion: 'no-stream', events: [newEvent()] },
      ]),
    )
    const change = store.append('guard', newEvent(), { expectedVersion: 1 })
    const { values } = await settled(guarded)
    const { position } = await change
    for (const [, result] of values) expect(result?.position).toBeLessThan(position)
    expect(position).toBe(values.length + 2)
  })
})

describe('what is refused', () => {
  test('a stream that comes twice, no parts, and parts that are no array', async () => {
    await using store = await freshStore(database.connectionString)
    const part: StreamAppend = { stream: 'a', expectedVersion: 'any', events: [newEvent()] }
    expect(await rejection(store.appendAll([part, part]))).toBeInstanceOf(RangeError)
    expect(await rejection(store.appendAll([]))).toBeInstanceOf(RangeError)
    const notParts: unknown = part
    expect(await rejection(store.appendAll(notParts as StreamAppend[]))).toBeInstanceOf(TypeError)
    const noEvents: unknown = [{ stream: 'a', expectedVersion: 'any' }]
    expect(await rejection(store.appendAll(noEvents as StreamAppend[]))).toBeInstanceOf(TypeError)
    expect(await store.read('$all').toArray()).toEqual([])
  })
})
