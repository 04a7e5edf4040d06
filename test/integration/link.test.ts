import { describe, expect, test } from 'vitest'
import {
  DuplicateEventError,
  EventNotFoundError,
  type EventStore,
  type ExpectedVersion,
  InvalidEventError,
  ReadOnlyStreamError,
  type RecordedEvent,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { withClient } from '../support/run-sql.ts'
import { rejection, settled } from '../support/settled.ts'

const database = useDatabase()

const openStore = () => freshStore(database.connectionString)

/** Appends events to a stream, and reads them back. */
async function appendTo(store: EventStore, stream: string, count: number): Promise<RecordedEvent[]> {
  await store.append(stream, newEvents(count), { expectedVersion: 'any' })
  return store.read(stream).toArray()
}

async function idsIn(store: EventStore, stream: string): Promise<string[]> {
  return (await store.read(stream).toArray()).map(({ id }) => id)
}

const idsOf = (events: readonly RecordedEvent[]) => events.map(({ id }) => id)

describe('linked events', () => {
  test('are read from the linking stream as they are read from their own, but for their number there', async () => {
    await using store = await openStore()
    await appendTo(store, 'other', 2)
    const source = await appendTo(store, 'source', 3)
    await store.append('target', newEvent(), { expectedVersion: 'no-stream' })
    await store.link('target', idsOf(source), { expectedVersion: 1 })
    const events = await store.read('target').toArray()
    expect(events.map(({ eventNumber }) => eventNumber)).toEqual([1, 2, 3, 4])
    expect(events.map(({ streamVersion }) => streamVersion)).toEqual([1, 1, 2, 3])
    expect(events.map(({ streamName }) => streamName)).toEqual(['target', 'source', 'source', 'source'])
    expect(events.slice(1)).toEqual(source.map((event, index) => ({ ...event, eventNumber: index + 2 })))
  })

  test('are the same as those of their own stream when the numbers are the same', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 3)
    await store.link('target', source, { expectedVersion: 0 })
    expect(await store.read('target').toArray()).toEqual(source)
    expect(await store.read('source').toArray()).toEqual(source)
  })

  test('come once in $all', async () => {
    await using store = await openStore()
    await store.link('target', await appendTo(store, 'source', 3), { expectedVersion: 'any' })
    expect((await store.read('$all').toArray()).map(({ position }) => position)).toEqual([1, 2, 3])
    expect((await store.getStream('$all')).version).toBe(3)
  })

  test('stand in the order given', async () => {
    await using store = await openStore()
    const [a, b, c] = idsOf(await appendTo(store, 'source', 3)) as [string, string, string]
    await store.link('target', [c, a, b], { expectedVersion: 'any' })
    const events = await store.read('target').toArray()
    expect(idsOf(events)).toEqual([c, a, b])
    expect(events.map(({ eventNumber }) => eventNumber)).toEqual([1, 2, 3])
  })

  test('of several streams may be linked with one call, given as events, as ids, and as ids in capitals', async () => {
    await using store = await openStore()
    const [a] = (await appendTo(store, 'a', 1)) as [RecordedEvent]
    const [b, c] = (await appendTo(store, 'b', 2)) as [RecordedEvent, RecordedEvent]
    await store.link('target', [b, a.id, c.id.toUpperCase()], { expectedVersion: 'any' })
    expect(await idsIn(store, 'target')).toEqual(idsOf([b, a, c]))
  })

  test('and own events alternate in one numbering', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 4)
    await store.link('target', source.slice(0, 2), { expectedVersion: 'no-stream' })
    await store.append('target', newEvents(2), { expectedVersion: 2 })
    await store.link('target', source.slice(2), { expectedVersion: 4 })
    await store.append('target', newEvent(), { expectedVersion: 6 })
    const events = await store.read('target').toArray()
    expect(events.map(({ eventNumber }) => eventNumber)).toEqual(range(1, 7))
    expect(events.map(({ streamVersion }) => streamVersion)).toEqual([1, 2, 3, 4, 3, 4, 7])
    expect((await store.getStream('target')).version).toBe(7)
  })

  test('may be linked into any number of streams', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 3)
    await store.link('target-1', source, { expectedVersion: 'any' })
    await store.link('target-2', source, { expectedVersion: 'any' })
    expect(await idsIn(store, 'target-1')).toEqual(idsOf(source))
    expect(await idsIn(store, 'target-2')).toEqual(idsOf(source))
  })

  test('that are linked again from a linking stream keep their own stream', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 2)
    await store.link('target', source, { expectedVersion: 'any' })
    await store.append('target-2', newEvent(), { expectedVersion: 'any' })
    await store.link('target-2', await store.read('target').toArray(), { expectedVersion: 'any' })
    const [, first] = await store.read('target-2').toArray()
    expect(first).toMatchObject({ streamName: 'source', streamVersion: 1, eventNumber: 2 })
  })

  test('of a soft deleted stream can still be linked', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 2)
    await store.deleteStream('source', { expectedVersion: 'any' })
    await store.link('target', source, { expectedVersion: 'any' })
    expect(await idsIn(store, 'target')).toEqual(idsOf(source))
  })

  test('may be 5,000 in one call', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 5_000)
    expect(await store.link('target', source, { expectedVersion: 'no-stream' })).toEqual({
      streamVersion: 5_000,
      position: 5_000,
    })
    expect(await idsIn(store, 'target')).toEqual(idsOf(source))
  })

  test('give a result with the version of the linking stream and the position of the last one', async () => {
    await using store = await openStore()
    const [a, b, c] = (await appendTo(store, 'source', 3)) as [RecordedEvent, RecordedEvent, RecordedEvent]
    await appendTo(store, 'other', 4)
    expect(await store.link('target', [c, a], { expectedVersion: 'any' })).toEqual({ streamVersion: 2, position: 1 })
    expect(await store.link('target', [b], { expectedVersion: 2 })).toEqual({ streamVersion: 3, position: 2 })
  })

  test('leave their createdAt alone: one that is given is the new stream its', async () => {
    await using store = await openStore()
    const createdAt = new Date('2001-02-03T04:05:06.789Z')
    const source = await appendTo(store, 'source', 1)
    await store.link('target', source, { expectedVersion: 'any', createdAt })
    expect((await store.getStream('target')).createdAt).toEqual(createdAt)
    expect(await store.read('target').toArray()).toEqual(source)
  })
})

describe('the expected version', () => {
  test.each<[ExpectedVersion, boolean]>([
    ['any', true],
    ['stream-exists', true],
    [1, true],
    ['no-stream', false],
    [0, false],
    [2, false],
  ])('%j: a link into a stream at version 1 succeeds is %j', async (expectedVersion, succeeds) => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 2)
    await appendTo(store, 'target', 1)
    const { values, errors } = await settled([store.link('target', source, { expectedVersion })])
    expect(values).toEqual(succeeds ? [{ streamVersion: 3, position: 2 }] : [])
    if (!succeeds) {
      expect(errors[0]).toBeInstanceOf(WrongExpectedVersionError)
      expect(errors[0]).toMatchObject({ streamName: 'target', expectedVersion, actualVersion: 1 })
    }
    expect(await store.read('target').toArray()).toHaveLength(succeeds ? 3 : 1)
  })

  test.each<[ExpectedVersion, boolean]>([
    ['any', true],
    ['no-stream', true],
    [0, true],
    ['stream-exists', false],
    [1, false],
  ])('%j: a link into a missing stream succeeds is %j', async (expectedVersion, succeeds) => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 2)
    const { values, errors } = await settled([store.link('target', source, { expectedVersion })])
    expect(values).toHaveLength(succeeds ? 1 : 0)
    if (!succeeds) expect(errors[0]).toMatchObject({ code: 'WRONG_EXPECTED_VERSION', actualVersion: 'no-stream' })
    expect((await store.listStreams({ search: 'target' })).totalItems).toBe(succeeds ? 1 : 0)
  })

  test("of 10 links of different events with 'any' that race to create a stream all succeed", async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 10)
    const { errors } = await settled(source.map((event) => store.link('target', [event], { expectedVersion: 'any' })))
    expect(errors).toEqual([])
    const events = await store.read('target').toArray()
    expect(events.map(({ eventNumber }) => eventNumber)).toEqual(range(1, 10))
    expect(idsOf(events).toSorted()).toEqual(idsOf(source).toSorted())
  })

  test('of 10 links of different events that expect the same version exactly one succeeds', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 10)
    const { values, errors } = await settled(
      source.map((event) => store.link('target', [event], { expectedVersion: 0 })),
    )
    expect(values).toHaveLength(1)
    expect(errors).toHaveLength(9)
    for (const error of errors) expect(error).toBeInstanceOf(WrongExpectedVersionError)
    expect(await store.read('target').toArray()).toHaveLength(1)
  })

  test('holds between links and appends too: of 5 links and 5 appends that expect 0 exactly one succeeds', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 5)
    const { values } = await settled(
      source.flatMap((event) => [
        store.link('target', [event], { expectedVersion: 0 }),
        store.append('target', newEvent(), { expectedVersion: 0 }),
      ]),
    )
    expect(values).toHaveLength(1)
    expect(await store.read('target').toArray()).toHaveLength(1)
  })
})

describe('an event can be in a stream only once', () => {
  test('the same events again are DuplicateEventError, even with the right version', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 3)
    await store.link('target', source, { expectedVersion: 0 })
    const error = await rejection(store.link('target', source, { expectedVersion: 3 }))
    expect(error).toBeInstanceOf(DuplicateEventError)
    expect(error).toMatchObject({ code: 'DUPLICATE_EVENT', eventId: source[0]?.id })
    expect(await store.read('target').toArray()).toHaveLength(3)
  })

  test('of 5 links of the same events at once exactly one succeeds', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 3)
    const { values, errors } = await settled(
      range(1, 5).map(() => store.link('target', source, { expectedVersion: 'any' })),
    )
    expect(values).toHaveLength(1)
    expect(errors).toHaveLength(4)
    for (const error of errors) expect(error).toBeInstanceOf(DuplicateEventError)
    expect(await idsIn(store, 'target')).toEqual(idsOf(source))
  })

  test('one that is there already refuses the others too', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 3)
    await store.link('target', source.slice(1, 2), { expectedVersion: 0 })
    expect(await rejection(store.link('target', source, { expectedVersion: 'any' }))).toMatchObject({
      code: 'DUPLICATE_EVENT',
      eventId: source[1]?.id,
    })
    expect(await store.read('target').toArray()).toHaveLength(1)
  })

  test('an own event cannot be linked into its stream', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 1)
    expect(await rejection(store.link('source', source, { expectedVersion: 1 }))).toBeInstanceOf(DuplicateEventError)
    expect((await store.getStream('source')).version).toBe(1)
  })

  test('an event given twice in one link is refused, also in another case', async () => {
    await using store = await openStore()
    const [event] = (await appendTo(store, 'source', 1)) as [RecordedEvent]
    for (const again of [event, event.id, event.id.toUpperCase()]) {
      expect(await rejection(store.link('target', [event, again], { expectedVersion: 'any' }))).toBeInstanceOf(
        DuplicateEventError,
      )
    }
    await expect(store.getStream('target')).rejects.toBeInstanceOf(StreamNotFoundError)
  })
})

describe('what cannot be linked', () => {
  test('unknown ids are EventNotFoundError, and create no stream', async () => {
    await using store = await openStore()
    const ids = [uuidv7(), uuidv7()]
    const error = await rejection(store.link('target', ids, { expectedVersion: 'any' }))
    expect(error).toBeInstanceOf(EventNotFoundError)
    expect(error).toMatchObject({ code: 'EVENT_NOT_FOUND', eventId: ids[0] })
    await expect(store.getStream('target')).rejects.toBeInstanceOf(StreamNotFoundError)
  })

  test('one unknown id refuses the others, and leaves no gap in the numbers', async () => {
    await using store = await openStore()
    const [a, b] = (await appendTo(store, 'source', 2)) as [RecordedEvent, RecordedEvent]
    const unknown = uuidv7()
    expect(await rejection(store.link('target', [a, unknown, b], { expectedVersion: 'any' }))).toMatchObject({
      code: 'EVENT_NOT_FOUND',
      eventId: unknown,
    })
    expect(await store.link('target', [a, b], { expectedVersion: 0 })).toEqual({ streamVersion: 2, position: 2 })
    const numbers = (await store.read('target').toArray()).map(({ eventNumber }) => eventNumber)
    expect(numbers).toEqual([1, 2])
  })

  test('linking into $all is ReadOnlyStreamError', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 1)
    expect(await rejection(store.link('$all', source, { expectedVersion: 'any' }))).toBeInstanceOf(ReadOnlyStreamError)
  })

  test('linking into a soft deleted stream is StreamDeletedError', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 1)
    await appendTo(store, 'target', 1)
    await store.deleteStream('target', { expectedVersion: 'any' })
    for (const expectedVersion of ['any', 'no-stream', 1] as const) {
      expect(await rejection(store.link('target', source, { expectedVersion }))).toBeInstanceOf(StreamDeletedError)
    }
  })

  test('no events are a RangeError, what is no array a TypeError, what is no UUID InvalidEventError', async () => {
    await using store = await openStore()
    expect(await rejection(store.link('target', [], { expectedVersion: 'any' }))).toBeInstanceOf(RangeError)
    const alone: unknown = uuidv7()
    expect(await rejection(store.link('target', alone as string[], { expectedVersion: 'any' }))).toBeInstanceOf(
      TypeError,
    )
    for (const bad of ['order-1', '', null, {}, 7] as unknown[]) {
      expect(await rejection(store.link('target', [bad as string], { expectedVersion: 'any' }))).toBeInstanceOf(
        InvalidEventError,
      )
    }
  })
})

describe("in a transaction of the caller's", () => {
  test('links are gone when he rolls back, and there when he commits', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 3)
    await withClient(database.connectionString, async (client) => {
      for (const end of ['ROLLBACK', 'COMMIT']) {
        await client.query('BEGIN')
        await store.withClient(client).link(`target-${end}`, source, { expectedVersion: 'no-stream' })
        await client.query(end)
      }
    })
    await expect(store.read('target-ROLLBACK').toArray()).rejects.toBeInstanceOf(StreamNotFoundError)
    expect(await idsIn(store, 'target-COMMIT')).toEqual(idsOf(source))
  })

  test('every refusal leaves it usable', async () => {
    await using store = await openStore()
    const source = await appendTo(store, 'source', 2)
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      const transaction = store.withClient(client)
      expect(await rejection(transaction.link('target', [uuidv7()], { expectedVersion: 'any' }))).toBeInstanceOf(
        EventNotFoundError,
      )
      expect(await rejection(transaction.link('source', source, { expectedVersion: 'any' }))).toBeInstanceOf(
        DuplicateEventError,
      )
      expect(await rejection(transaction.link('target', source, { expectedVersion: 9 }))).toBeInstanceOf(
        WrongExpectedVersionError,
      )
      await transaction.link('target', source, { expectedVersion: 'no-stream' })
      await client.query('COMMIT')
    })
    expect(await idsIn(store, 'target')).toEqual(idsOf(source))
  })
})
