import { describe, expect, test } from 'vitest'
import type { EventStoreOptions, EventTypes, Serializer } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { countWaiting, withClient } from '../support/run-sql.ts'

const database = useDatabase()

/** JSON, but for data that JSON can say and jsonb cannot hold. */
const TOO_LARGE = 'a number that numeric cannot hold'
const serializer: Serializer = {
  serialize: (value) => JSON.stringify(value).replace(JSON.stringify(TOO_LARGE), '1e999999'),
  deserialize: (content) => JSON.parse(String(content)),
}

/**
 * Calls `appends` while the first group is under way and waits for the write lock, so that they make up the next one. Resolves to
 * how each of them was settled.
 */
async function inOneGroup(
  options: EventStoreOptions<EventTypes>,
  before: (store: FreshStore) => Promise<unknown>,
  appends: (store: FreshStore) => readonly Promise<unknown>[],
) {
  await using store = await freshStore(database.connectionString, options)
  await before(store)
  return await withClient(database.connectionString, async (client) => {
    await client.query('BEGIN')
    await client.query(`SELECT ${store.schema}.lock_store()`)
    const first = store.append('first', newEvent(), { expectedVersion: 'any' })
    await eventually(async () => expect(await countWaiting(database.connectionString)).toBe(1))
    const settled = Promise.allSettled(appends(store))
    await new Promise(setImmediate)
    await client.query('COMMIT')
    await first
    const statements = await settled
    const events = await store.read('$all').toArray()
    return { settled: statements, events }
  })
}

describe('appends that go together', () => {
  test('have results of their own: what is refused costs the others nothing', async () => {
    const stored = { ...newEvent(), id: '0190a0b0-0000-7000-8000-000000000001' }
    const { settled, events } = await inOneGroup(
      { payload: 'jsonb', serializer },
      (store) => store.append('stored', stored, { expectedVersion: 0 }),
      (store) => [
        store.append('a', newEvents(2), { expectedVersion: 'no-stream' }),
        store.append('b', newEvent(), { expectedVersion: 7 }),
        store.append('stored', stored, { expectedVersion: 0 }),
        store.append('c', [newEvent(), stored], { expectedVersion: 'any' }),
        store.append('d', { type: 'T', data: TOO_LARGE }, { expectedVersion: 'any' }),
        store.appendAll([
          { stream: 'e', expectedVersion: 'any', events: [newEvent()] },
          { stream: 'f', expectedVersion: 3, events: [newEvent()] },
        ]),
        store.append('a', newEvent(), { expectedVersion: 2 }),
        store.append('a', newEvent(), { expectedVersion: 2 }),
        store.append('g', newEvent(), { expectedVersion: 'any' }),
      ],
    )
    const outcomes = settled.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.code))
    expect(outcomes).toEqual([
      { streamVersion: 2, position: 4 },
      'WRONG_EXPECTED_VERSION',
      { streamVersion: 1, position: 1 },
      'DUPLICATE_EVENT',
      'INVALID_EVENT',
      'WRONG_EXPECTED_VERSION',
      { streamVersion: 3, position: 5 },
      'WRONG_EXPECTED_VERSION',
      { streamVersion: 1, position: 6 },
    ])
    expect(events.map(({ position, streamName }) => [position, streamName])).toEqual([
      [1, 'stored'],
      [2, 'first'],
      [3, 'a'],
      [4, 'a'],
      [5, 'a'],
      [6, 'g'],
    ])
  })

  test('are stored by one transaction', async () => {
    const { settled, events } = await inOneGroup(
      {},
      async () => {},
      (store) => Array.from({ length: 50 }, (_, n) => store.append(`s-${n}`, newEvent(), { expectedVersion: 0 })),
    )
    expect(settled.every(({ status }) => status === 'fulfilled')).toBe(true)
    expect(events.map(({ position }) => position)).toEqual(Array.from({ length: 51 }, (_, index) => index + 1))
    expect(new Set(events.slice(1).map(({ createdAt }) => createdAt.getTime())).size).toBe(1)
  })

  test('join the first of them when they repeat it while it is still queued', async () => {
    const event = { ...newEvent(), id: '0190a0b0-0000-7000-8000-000000000002' }
    const { settled, events } = await inOneGroup(
      {},
      async () => {},
      (store) => [1, 2, 3].map(() => store.append('repeated', event, { expectedVersion: 0 })),
    )
    expect(settled).toEqual(Array(3).fill({ status: 'fulfilled', value: { streamVersion: 1, position: 2 } }))
    expect(events).toHaveLength(2)
  })
})
