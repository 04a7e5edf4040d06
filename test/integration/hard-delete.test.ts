import { describe, expect, test } from 'vitest'
import {
  EventNotFoundError,
  HardDeletesDisabledError,
  ReadOnlyStreamError,
  type RecordedEvent,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { appendTo, countRows, HARD, numbersIn } from '../support/hard-delete.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { withClient } from '../support/run-sql.ts'
import { rejection, settled } from '../support/settled.ts'

const database = useDatabase()

const openStore = () => freshStore(database.connectionString, { enableHardDeletes: true })

describe('a stream is hard deleted', () => {
  test.each(['stream-exists', 'any', 3] as const)('when %j is expected', async (expectedVersion) => {
    await using store = await openStore()
    await appendTo(store, 's', 3)
    await store.deleteStream('s', { expectedVersion, mode: 'hard' })
    expect(await rejection(store.read('s').toArray())).toBeInstanceOf(StreamNotFoundError)
    expect(await rejection(store.getStream('s'))).toBeInstanceOf(StreamNotFoundError)
    expect(await store.read('$all').toArray()).toEqual([])
    expect(await countRows(database.connectionString, store, 'events')).toBe(0)
    expect(await countRows(database.connectionString, store, 'streams')).toBe(1)
  })

  test('with more events than one sweep removes', async () => {
    await using store = await openStore()
    await appendTo(store, 'kept', 1)
    await appendTo(store, 's', 12_000)
    await store.link('target', await store.read('s', { from: 11_999 }).toArray(), { expectedVersion: 'any' })
    await store.deleteStream('s', HARD)
    expect(await countRows(database.connectionString, store, 'events')).toBe(1)
    expect(await countRows(database.connectionString, store, 'links')).toBe(0)
    expect(await numbersIn(store, '$all')).toEqual([1])
  })

  test('by one of several deletions at once, and the others find nothing', async () => {
    await using store = await openStore()
    await appendTo(store, 's', 100)
    const { values, errors } = await settled(range(1, 5).map(() => store.deleteStream('s', HARD)))
    expect(values).toHaveLength(1)
    for (const error of errors) expect(error).toBeInstanceOf(StreamNotFoundError)
    expect(await countRows(database.connectionString, store, 'events')).toBe(0)
  })

  test('at the same time as others are, and nothing of them is left', async () => {
    await using store = await openStore()
    await appendTo(store, 'kept', 5)
    for (const n of range(1, 8)) {
      const events = await appendTo(store, `s-${n}`, 50)
      await store.link('target', events, { expectedVersion: 'any' })
    }
    await Promise.all(range(1, 8).map((n) => store.deleteStream(`s-${n}`, HARD)))
    expect(await countRows(database.connectionString, store, 'events')).toBe(5)
    expect(await countRows(database.connectionString, store, 'links')).toBe(0)
    expect(await numbersIn(store, 'kept')).toEqual(range(1, 5))
    expect(await numbersIn(store, 'target')).toEqual([])
  })
})

describe('a hard delete is refused', () => {
  test.each([0, 2, 4])('when %i is expected of a stream at version 3', async (expectedVersion) => {
    await using store = await openStore()
    await appendTo(store, 's', 3)
    const error = await rejection(store.deleteStream('s', { expectedVersion, mode: 'hard' }))
    expect(error).toBeInstanceOf(WrongExpectedVersionError)
    expect(error).toMatchObject({ expectedVersion, actualVersion: 3 })
    expect(await numbersIn(store, 's')).toEqual([1, 2, 3])
  })

  test.each(['any', 'stream-exists', 0, 5] as const)(
    'of a stream that never was, or was hard deleted before, when %j is expected',
    async (expectedVersion) => {
      await using store = await openStore()
      await appendTo(store, 's', 3)
      await store.deleteStream('s', HARD)
      for (const name of ['never', 's']) {
        const error = await rejection(store.deleteStream(name, { expectedVersion, mode: 'hard' }))
        expect(error).toBeInstanceOf(StreamNotFoundError)
        expect(error).toMatchObject({ streamName: name })
      }
    },
  )

  test('of $all', async () => {
    await using store = await openStore()
    await appendTo(store, 's', 3)
    expect(await rejection(store.deleteStream('$all', HARD))).toBeInstanceOf(ReadOnlyStreamError)
    expect(await numbersIn(store, '$all')).toEqual([1, 2, 3])
  })

  test.each([{}, { enableHardDeletes: false }])('by a store that was opened with %j', async (options) => {
    await using store = await freshStore(database.connectionString, options)
    await appendTo(store, 's', 3)
    const error = await rejection(store.deleteStream('s', HARD))
    expect(error).toBeInstanceOf(HardDeletesDisabledError)
    expect(error).toMatchObject({ code: 'HARD_DELETES_DISABLED', streamName: 's' })
    expect(String(error)).toMatch(/enableHardDeletes: true/)
    expect(await numbersIn(store, 's')).toEqual([1, 2, 3])
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      expect(await rejection(store.withClient(client).deleteStream('s', HARD))).toBeInstanceOf(HardDeletesDisabledError)
      await client.query('COMMIT')
    })
    await store.deleteStream('s', { expectedVersion: 3 })
  })
})

describe('after a hard delete', () => {
  test.each(['no-stream', 0, 'any'] as const)(
    'the name is free: %j creates the stream at version 1',
    async (expectedVersion) => {
      await using store = await openStore()
      await appendTo(store, 's', 3)
      await store.deleteStream('s', HARD)
      expect(await store.append('s', newEvents(2, 11), { expectedVersion })).toEqual({ streamVersion: 2, position: 5 })
      const events = await store.read('s').toArray()
      expect(events.map(({ streamVersion, data }) => [streamVersion, data])).toEqual([
        [1, { n: 11 }],
        [2, { n: 12 }],
      ])
      expect((await store.getStream('s')).version).toBe(2)
    },
  )

  test("'stream-exists' and the former version are refused", async () => {
    await using store = await openStore()
    await appendTo(store, 's', 3)
    await store.deleteStream('s', HARD)
    for (const expectedVersion of ['stream-exists', 3] as const) {
      expect(await rejection(store.append('s', newEvent(), { expectedVersion }))).toMatchObject({
        code: 'WRONG_EXPECTED_VERSION',
        actualVersion: 'no-stream',
      })
    }
  })

  test('other streams keep their events, and $all the positions of these', async () => {
    await using store = await openStore()
    await appendTo(store, 'a', 2)
    await appendTo(store, 's', 3)
    await appendTo(store, 'b', 2)
    await store.deleteStream('s', HARD)
    expect(await numbersIn(store, '$all')).toEqual([1, 2, 6, 7])
    expect(await numbersIn(store, 'a')).toEqual([1, 2])
    expect(await numbersIn(store, 'b')).toEqual([1, 2])
  })

  test('no position is given twice, though the last ones are free', async () => {
    await using store = await openStore()
    await appendTo(store, 's', 3)
    await store.deleteStream('s', HARD)
    expect(await store.read('$all').toArray()).toEqual([])
    expect(await store.append('t', newEvent(), { expectedVersion: 'any' })).toEqual({ streamVersion: 1, position: 4 })
    await store.deleteStream('t', HARD)
    await appendTo(store, 'u', 1)
    await appendTo(store, 'v', 2)
    await store.deleteStream('v', HARD)
    expect(await store.append('u', newEvent(), { expectedVersion: 1 })).toEqual({ streamVersion: 2, position: 8 })
    expect(await numbersIn(store, '$all')).toEqual([5, 8])
    expect((await store.getStream('$all')).version).toBe(8)
  })

  test('streams that linked its events are there without them', async () => {
    await using store = await openStore()
    await store.link('target', await appendTo(store, 's', 3), { expectedVersion: 'any' })
    await store.deleteStream('s', HARD)
    expect(await store.read('target').toArray()).toEqual([])
    expect(await store.getStream('target')).toMatchObject({ version: 3, status: 'active' })
    expect(await countRows(database.connectionString, store, 'links')).toBe(0)
  })

  test('no number of a linking stream is given twice, though the last ones are free', async () => {
    await using store = await openStore()
    const [other] = (await appendTo(store, 'other', 1)) as [RecordedEvent]
    const events = await appendTo(store, 's', 2)
    await store.append('target', newEvent(), { expectedVersion: 0 })
    await store.link('target', events, { expectedVersion: 1 })
    await store.deleteStream('s', HARD)
    expect(await store.append('target', newEvent(), { expectedVersion: 3 })).toMatchObject({ streamVersion: 4 })
    expect(await store.link('target', [other], { expectedVersion: 4 })).toMatchObject({ streamVersion: 5 })
    expect(await numbersIn(store, 'target')).toEqual([1, 4, 5])
  })

  test('of a stream that only linked them, the events are in their own streams and in $all', async () => {
    await using store = await openStore()
    const events = await appendTo(store, 's', 3)
    await store.append('target', newEvent(), { expectedVersion: 0 })
    await store.link('target', events, { expectedVersion: 1 })
    await store.link('target-2', events, { expectedVersion: 0 })
    await store.deleteStream('target', HARD)
    expect(await store.read('s').toArray()).toEqual(events)
    expect(await store.read('target-2').toArray()).toEqual(events)
    expect(await numbersIn(store, '$all')).toEqual([1, 2, 3])
    expect(await countRows(database.connectionString, store, 'links')).toBe(3)
    await store.link('target', events, { expectedVersion: 'no-stream' })
    expect(await store.read('target').toArray()).toEqual(events)
  })

  test('its events cannot be linked, and their ids are free', async () => {
    await using store = await openStore()
    const [event] = (await appendTo(store, 's', 1)) as [RecordedEvent]
    await store.deleteStream('s', HARD)
    expect(await rejection(store.link('target', [event], { expectedVersion: 'any' }))).toBeInstanceOf(
      EventNotFoundError,
    )
    await store.append('t', { type: 'T', data: 'anew', id: event.id }, { expectedVersion: 'any' })
    expect((await store.read('t').toArray()).map(({ id, data }) => [id, data])).toEqual([[event.id, 'anew']])
  })
})

describe("in a transaction of the caller's, a hard delete", () => {
  test('is undone when he rolls back, and complete when he commits', async () => {
    await using store = await openStore()
    const events = await appendTo(store, 's', 3)
    await store.link('target', events, { expectedVersion: 'any' })
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).deleteStream('s', HARD)
      expect(await store.withClient(client).read('$all').toArray()).toEqual([])
      await client.query('ROLLBACK')
      expect(await store.read('s').toArray()).toEqual(events)
      expect(await store.read('target').toArray()).toEqual(events)

      await client.query('BEGIN')
      await store.withClient(client).deleteStream('s', HARD)
      await store.withClient(client).append('s', newEvent(), { expectedVersion: 'no-stream' })
      await client.query('COMMIT')
    })
    expect(await numbersIn(store, '$all')).toEqual([4])
    expect(await countRows(database.connectionString, store, 'events')).toBe(1)
    expect(await countRows(database.connectionString, store, 'links')).toBe(0)
  })
})
