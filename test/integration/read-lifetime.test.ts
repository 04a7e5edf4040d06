import { Pool } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import {
  ClosedError,
  EventStore,
  type QueryablePool,
  type ReadOptions,
  type RecordedEvent,
  StreamNotFoundError,
} from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { countWaiting, withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

const openStore = (options = {}) => freshStore(database.connectionString, options)

async function numbersIn(events: AsyncIterable<RecordedEvent>): Promise<number[]> {
  const numbers: number[] = []
  for await (const { eventNumber } of events) numbers.push(eventNumber)
  return numbers
}

describe('leaving a read', () => {
  test('early, by break or by an error, leaves no connection busy', async () => {
    await using store = await openStore({ poolSize: 1 })
    await store.append('s', newEvents(10), { expectedVersion: 0 })
    for (const _ of range(1, 20)) {
      for await (const { eventNumber } of store.read('s', { batchSize: 1 })) if (eventNumber === 2) break
      const failing = (async () => {
        for await (const event of store.read('$all', { batchSize: 2 })) throw new Error(`${event.eventNumber}`)
      })()
      expect(await rejection(failing)).toMatchObject({ message: '1' })
    }
    expect((await store.getStream('s', { timeout: 2_000 })).version).toBe(10)
  })

  test('when the store is closed meanwhile is ClosedError', async () => {
    const store = await openStore()
    await store.append('s', newEvents(10), { expectedVersion: 0 })
    const reading = (async () => {
      for await (const { eventNumber } of store.read('s', { batchSize: 1 })) if (eventNumber === 2) await store.close()
    })()
    expect(await rejection(reading)).toBeInstanceOf(ClosedError)
  })
})

describe('a signal', () => {
  const reason = new Error('enough')

  test('that was aborted before rejects with its reason, and queries nothing', async () => {
    const { pool, connects } = countingPool()
    await using store = new EventStore({ pool })
    const read = store.read('s', { signal: AbortSignal.abort(reason) })
    expect(await rejection(read.toArray())).toBe(reason)
    expect(await rejection(numbersIn(read))).toBe(reason)
    expect(await rejection(read.batches()[Symbol.asyncIterator]().next())).toBe(reason)
    expect(connects()).toBe(0)
  })

  test.each<ReadOptions>([{}, { from: 'end' }, { direction: 'backwards' }])(
    'that is aborted during a query rejects with its reason at once: %j',
    async (options) => {
      await using store = await openStore()
      await store.append('s', newEvent(), { expectedVersion: 0 })
      const controller = new AbortController()
      await withClient(database.connectionString, async (client) => {
        await client.query(`BEGIN; LOCK TABLE ${store.schema}.events IN ACCESS EXCLUSIVE MODE`)
        const reading = rejection(store.read('s', { ...options, signal: controller.signal }).toArray())
        await eventually(async () => expect(await countWaiting(database.connectionString)).toBe(1))
        controller.abort(reason)
        expect(await reading).toBe(reason)
        expect(await countWaiting(database.connectionString)).toBe(1)
        await client.query('ROLLBACK')
      })
      expect(await store.read('s').toArray()).toHaveLength(1)
    },
  )

  test.each([1, 2, 1_000])(
    'that is aborted at an event, in batches of %i, rejects instead of the next one',
    async (batchSize) => {
      await using store = await openStore()
      await store.append('s', newEvents(5), { expectedVersion: 0 })
      const controller = new AbortController()
      const seen: number[] = []
      const reading = (async () => {
        for await (const { eventNumber } of store.read('s', { batchSize, signal: controller.signal })) {
          seen.push(eventNumber)
          if (eventNumber === 3) controller.abort(reason)
        }
      })()
      expect(await rejection(reading)).toBe(reason)
      expect(seen).toEqual([1, 2, 3])
    },
  )

  test('that is aborted between batches rejects instead of the next one', async () => {
    await using store = await openStore()
    await store.append('s', newEvents(5), { expectedVersion: 0 })
    const controller = new AbortController()
    const batches = store.read('s', { batchSize: 2, signal: controller.signal }).batches()[Symbol.asyncIterator]()
    expect((await batches.next()).value).toHaveLength(2)
    controller.abort(reason)
    expect(await rejection(batches.next())).toBe(reason)
    expect(await batches.next()).toEqual({ done: true, value: undefined })
  })

  test('that is aborted after the last event changes nothing, and is listened to no more', async () => {
    await using store = await openStore()
    await store.append('s', newEvents(5), { expectedVersion: 0 })
    const controller = new AbortController()
    expect(await store.read('s', { batchSize: 2, signal: controller.signal }).toArray()).toHaveLength(5)
    controller.abort(reason)
    expect(await store.read('s').toArray()).toHaveLength(5)
  })
})

describe('laziness', () => {
  test('nothing is queried until the read is iterated', async () => {
    const { pool, connects } = countingPool()
    await using store = new EventStore({ pool })
    const read = store.read('s')
    const iterator = read[Symbol.asyncIterator]()
    const batches = read.batches()[Symbol.asyncIterator]()
    await new Promise(setImmediate)
    expect(connects()).toBe(0)
    expect(await rejection(iterator.next())).toBeInstanceOf(StreamNotFoundError)
    expect(await rejection(batches.next())).toBeInstanceOf(StreamNotFoundError)
    expect(connects()).toBeGreaterThan(0)
  })

  test('a limit of 0 queries nothing at all', async () => {
    const { pool, connects } = countingPool()
    await using store = new EventStore({ pool })
    expect(await store.read('missing', { limit: 0 }).toArray()).toEqual([])
    expect(connects()).toBe(0)
  })
})

const pools: Pool[] = []
afterAll(() => Promise.all(pools.map((pool) => pool.end())))

/** A pool that counts how often a connection is asked for. */
function countingPool(): { pool: QueryablePool; connects: () => number } {
  const pool = new Pool({ connectionString: database.connectionString, max: 1 })
  pools.push(pool)
  let count = 0
  const counting: QueryablePool = {
    query: (query) => pool.query(query),
    connect: () => {
      count++
      return pool.connect()
    },
  }
  return { pool: counting, connects: () => count }
}
