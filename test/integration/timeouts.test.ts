import { describe, expect, test } from 'vitest'
import { EventStore, TimeoutError } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startFakeServer } from '../support/fake-server.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { countWaiting, withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

describe('an operation that takes too long', () => {
  const operations: readonly [string, (store: EventStore, timeout: number) => Promise<unknown>][] = [
    ['append', (store, timeout) => store.append('s', newEvent(), { expectedVersion: 'any', timeout })],
    [
      'append of many thousand events',
      (store, timeout) => store.append('s', newEvents(3_000), { expectedVersion: 'any', timeout }),
    ],
    [
      'appendAll',
      (store, timeout) => store.appendAll([{ stream: 's', expectedVersion: 'any', events: [newEvent()] }], { timeout }),
    ],
    [
      'link',
      (store, timeout) =>
        store.link('t', ['0190a0b0-0000-7000-8000-00000000abcd'], { expectedVersion: 'any', timeout }),
    ],
    ['deleteStream', (store, timeout) => store.deleteStream('s', { expectedVersion: 'any', timeout })],
    ['read', (store, timeout) => store.read('s', { timeout }).toArray()],
    ['read of $all', (store, timeout) => store.read('$all', { timeout }).toArray()],
    ['getStream', (store, timeout) => store.getStream('s', { timeout })],
    ['listStreams', (store, timeout) => store.listStreams({ timeout })],
    ['readSnapshot', (store, timeout) => store.readSnapshot('s', { timeout })],
    [
      'recordSnapshot',
      (store, timeout) =>
        store.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'S', data: 1 }, { timeout }),
    ],
    ['deleteSnapshot', (store, timeout) => store.deleteSnapshot('s', { timeout })],
  ]

  test.each(operations)('%s rejects with TimeoutError, and is stopped on the server', async (_, operation) => {
    await using store = await freshStore(database.connectionString)
    await store.append('s', newEvent(), { expectedVersion: 'any' })
    await withClient(database.connectionString, async (client) => {
      await client.query(`BEGIN; LOCK TABLE ${store.schema}.events, ${store.schema}.snapshots IN ACCESS EXCLUSIVE MODE`)
      await expectTimeout(200, (timeout) => operation(store, timeout))
      await eventually(async () => expect(await countWaiting(database.connectionString)).toBe(0), { within: 2_500 })
      await client.query('ROLLBACK')
    })
    expect(await store.read('s').toArray()).toHaveLength(1)
  })

  test('because another has the write lock is stopped too, and not stored later', async () => {
    await using store = await freshStore(database.connectionString)
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).append('s', newEvent(), { expectedVersion: 0 })
      await expectTimeout(200, (timeout) => store.append('s', newEvent(), { expectedVersion: 'any', timeout }))
      await eventually(async () => expect(await countWaiting(database.connectionString)).toBe(0), { within: 2_500 })
      await client.query('COMMIT')
    })
    expect(await store.append('s', newEvent(), { expectedVersion: 1 })).toEqual({ streamVersion: 2, position: 2 })
  })

  test('because the server says nothing is TimeoutError, within the time given', async () => {
    const server = await startFakeServer('stay-silent')
    const store = new EventStore({ connectionString: `postgres://user:sesame@127.0.0.1:${server.port}/database` })
    await expectTimeout(300, (timeout) => store.listStreams({ timeout }))
    await server[Symbol.asyncDispose]()
    await store.close()
  })

  test('because the only connection of the pool is busy is TimeoutError, and the connection serves again', async () => {
    await using store = await freshStore(database.connectionString, { poolSize: 1 })
    await store.append('s', newEvent(), { expectedVersion: 'any' })
    await withClient(database.connectionString, async (client) => {
      await client.query(`BEGIN; LOCK TABLE ${store.schema}.events IN ACCESS EXCLUSIVE MODE`)
      const busy = store.read('s').toArray()
      await eventually(async () => expect(await countWaiting(database.connectionString)).toBe(1))
      await expectTimeout(200, (timeout) => store.readSnapshot('s', { timeout }))
      await client.query('ROLLBACK')
      expect(await busy).toHaveLength(1)
    })
    expect(await store.readSnapshot('s', { timeout: 2_000 })).toBeUndefined()
  })

  test.each([Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 40])('waits when it may take %s ms', async (timeout) => {
    await using store = await freshStore(database.connectionString)
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).append('s', newEvent(), { expectedVersion: 0 })
      const appending = store.append('s', newEvent(), { expectedVersion: 1, timeout })
      await eventually(async () => expect(await countWaiting(database.connectionString)).toBe(1))
      await client.query('COMMIT')
      expect(await appending).toEqual({ streamVersion: 2, position: 2 })
    })
  })
})

/** Within about the time given, the operation rejects with TimeoutError. */
async function expectTimeout(timeout: number, operation: (timeout: number) => Promise<unknown>): Promise<void> {
  const begin = performance.now()
  const error = await rejection(operation(timeout))
  const taken = performance.now() - begin
  expect(error).toBeInstanceOf(TimeoutError)
  expect(error).toMatchObject({ code: 'TIMEOUT', timeout })
  expect(taken).toBeGreaterThan(timeout - 10)
  expect(taken).toBeLessThan(timeout + 1_500)
}
