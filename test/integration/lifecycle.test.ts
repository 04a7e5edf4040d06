import { describe, expect, test } from 'vitest'
import { ClosedError, ConnectionError, EventStore, type EventStoreOptions, type EventTypes } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startFakeServer } from '../support/fake-server.ts'
import { startForwarder, unusedPort } from '../support/forwarder.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { countWaiting, runSql, withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

function openStore(options: EventStoreOptions<EventTypes> = {}): EventStore {
  return new EventStore({ connectionString: database.connectionString, ...options })
}

describe('the constructor', () => {
  test('does not connect', async () => {
    await using server = await startFakeServer('refuse-password')
    const store = new EventStore({ connectionString: `postgres://user:word@127.0.0.1:${server.port}/database` })
    store.read('s')
    await new Promise(setImmediate)
    await store.close()
    expect(server.connections).toBe(0)
  })

  test('needs nothing to listen at the address', async () => {
    const store = new EventStore({ connectionString: `postgres://127.0.0.1:${await unusedPort()}/database` })
    await store.close()
  })

  test.each<[string, object, new (...args: never[]) => Error]>([
    ['an unknown option', { conectionString: 'postgres://localhost/a' }, TypeError],
    ['an address that is no postgres:// URL', { connectionString: 'mysql://localhost/a' }, TypeError],
    ['an address that is no text', { connectionString: 7 }, TypeError],
    ['a pool that is none', { pool: {} }, TypeError],
    ['an embedded folder and an address', { embedded: 'folder' }, TypeError],
    ['an embedded folder without a name', { embedded: '', connectionString: undefined }, TypeError],
    ['a pool of no connections', { poolSize: 0 }, RangeError],
    ['a pool of half a connection', { poolSize: 0.5 }, RangeError],
    ['a pool size that is a text', { poolSize: '10' }, TypeError],
    ['an empty schema', { schema: '' }, RangeError],
    ['a schema longer than PostgreSQL takes', { schema: 'x'.repeat(64) }, RangeError],
    ["a schema of PostgreSQL's own", { schema: 'pg_catalog' }, RangeError],
    ['a schema with a control character', { schema: 'a\u0000' }, RangeError],
    ['a schema that is no text', { schema: 7 }, TypeError],
    ['an unknown payload', { payload: 'xml' }, RangeError],
    ['a serializer without deserialize', { serializer: { serialize: String } }, TypeError],
    ['event schemas that are none', { events: { OrderPlaced: {} } }, TypeError],
    ['a flag that is a text', { enableHardDeletes: 'yes' }, TypeError],
    ['a listener that is no function', { onDiagnostic: 'log' }, TypeError],
  ])('refuses %s', (_, options, expected) => {
    expect(() => openStore(options)).toThrow(expected)
  })

  test('refuses what is no object', () => {
    const url: unknown = 'postgres://localhost/a'
    expect(() => new EventStore(url as EventStoreOptions<EventTypes>)).toThrow(TypeError)
  })
})

describe('close', () => {
  test('of a store that was never used resolves', async () => {
    const store = openStore()
    expect(await store.close()).toBeUndefined()
  })

  test('may be called again and again, at once and later', async () => {
    const store = openStore()
    await store.listStreams()
    await Promise.all([store.close(), store.close(), store[Symbol.asyncDispose]()])
    await store.close()
    await eventually(async () => expect(await countConnections()).toBe(0))
  })

  test('is what `await using` does', async () => {
    let store: EventStore
    {
      await using used = openStore()
      await used.listStreams()
      store = used
    }
    expect(await rejection(store.listStreams())).toBeInstanceOf(ClosedError)
    await eventually(async () => expect(await countConnections()).toBe(0))
  })

  test('waits for an operation that the database lets wait', async () => {
    const store = await freshStore(database.connectionString)
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).append('s', newEvent(), { expectedVersion: 0 })
      let closed = false
      const appending = store.append('s', newEvent(), { expectedVersion: 1 })
      await eventually(async () => expect(await countWaiting(database.connectionString)).toBe(1))
      const closing = store.close().then(() => {
        closed = true
      })
      await client.query('SELECT 1')
      expect(closed).toBe(false)
      await client.query('COMMIT')
      expect(await appending).toEqual({ streamVersion: 2, position: 2 })
      await closing
      expect(closed).toBe(true)
    })
  })

  test('waits for operations that wait for a connection', async () => {
    const store = await freshStore(database.connectionString, { poolSize: 1 })
    const appending = range(1, 20).map((n) => store.append(`s-${n}`, newEvent(), { expectedVersion: 0 }))
    await Promise.race(appending)
    await store.close()
    expect(await Promise.all(appending)).toHaveLength(20)
  })

  test('waits for all steps of an operation: of many thousand events, of a hard delete, of a repetition', async () => {
    const store = await freshStore(database.connectionString, { enableHardDeletes: true })
    const repeated = { ...newEvent(), id: '0190a0b0-0000-7000-8000-00000000abcd' }
    await store.append('repeated', repeated, { expectedVersion: 0 })
    await store.append('deleted', newEvents(11_000), { expectedVersion: 0 })
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).append('other', newEvent(), { expectedVersion: 0 })
      const operations = [
        store.append('large', newEvents(5_000), { expectedVersion: 0 }),
        store.append('repeated', repeated, { expectedVersion: 0 }),
        store.deleteStream('deleted', { expectedVersion: 'any', mode: 'hard' }),
      ]
      // The large append and the deletion wait for the lock, the repetition for its group.
      await eventually(async () => expect(await countWaiting(database.connectionString)).toBe(2))
      const closing = store.close()
      await client.query('COMMIT')
      const [large, again] = await Promise.all(operations)
      expect(large).toMatchObject({ streamVersion: 5_000 })
      expect(again).toEqual({ streamVersion: 1, position: 1 })
      await closing
    })
    const rows = await runSql(database.connectionString, `SELECT count(*)::int AS count FROM ${store.schema}.events`)
    expect(rows).toEqual([{ count: 5_002 }])
  })

  test('waits for operations that were called just before it', async () => {
    const store = await freshStore(database.connectionString)
    await store.listStreams()
    const operations = [
      store.append('s', newEvent(), { expectedVersion: 0 }),
      store.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'S', data: 1 }),
      store.listStreams(),
    ]
    const closing = store.close()
    expect((await Promise.allSettled(operations)).map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'))
    await closing
  })

  test('makes every later operation reject with ClosedError', async () => {
    const store = openStore({ enableHardDeletes: true })
    await store.append('closed', newEvent(), { expectedVersion: 'any' })
    const read = store.read('closed')
    const closing = store.close()
    const operations: readonly (() => Promise<unknown>)[] = [
      () => store.append('closed', newEvent(), { expectedVersion: 'any' }),
      () => store.appendAll([{ stream: 'closed', expectedVersion: 'any', events: [] }]),
      () => store.link('closed', ['0190a0b0-0000-7000-8000-00000000abcd'], { expectedVersion: 'any' }),
      () => store.deleteStream('closed', { expectedVersion: 'any', mode: 'hard' }),
      () => store.getStream('closed'),
      () => store.listStreams(),
      () => store.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'S', data: 1 }),
      () => store.readSnapshot('s'),
      () => store.deleteSnapshot('s'),
      () => store.migrate(),
      () => store.read('closed').toArray(),
      () => read.toArray(),
    ]
    for (const operation of operations) {
      const error = await rejection(operation())
      expect(error).toBeInstanceOf(ClosedError)
      expect(error).toMatchObject({ code: 'CLOSED' })
    }
    await closing
    for (const operation of operations) expect(await rejection(operation())).toBeInstanceOf(ClosedError)
  })

  test('of a store that was never used makes operations reject with ClosedError, too', async () => {
    const store = openStore()
    await store.close()
    expect(await rejection(store.listStreams())).toBeInstanceOf(ClosedError)
  })

  test('resolves when no connection was to be had', async () => {
    const store = new EventStore({ connectionString: `postgres://127.0.0.1:${await unusedPort()}/database` })
    const failing = rejection(store.listStreams())
    await store.close()
    expect(await failing).toBeInstanceOf(ConnectionError)
  })
})

describe('a first connection that fails', () => {
  test('is forgotten: the store works once the server is there', async () => {
    const port = await unusedPort()
    const url = new URL(database.connectionString)
    url.hostname = '127.0.0.1'
    url.port = String(port)
    await using store = new EventStore({ connectionString: url.href })
    expect(await rejection(store.listStreams())).toBeInstanceOf(ConnectionError)
    expect(await rejection(store.append('late', newEvent(), { expectedVersion: 0 }))).toBeInstanceOf(ConnectionError)
    await using forwarder = await startForwarder(database.connectionString, port)
    expect(forwarder.port).toBe(port)
    await store.append('late', newEvent(), { expectedVersion: 0 })
    expect(await store.read('late').toArray()).toHaveLength(1)
  })

  test('to a schema that is not there is forgotten: the store works once it was migrated', async () => {
    await using store = openStore({ schema: 'later' })
    expect(await rejection(store.listStreams())).toMatchObject({ code: 'MIGRATION_REQUIRED', reason: 'missing' })
    await using other = openStore({ schema: 'later' })
    await other.migrate()
    expect((await store.listStreams()).totalItems).toBe(1)
  })
})

async function countConnections(): Promise<number> {
  const rows = await runSql(
    database.connectionString,
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'eventstore'",
  )
  return rows.length
}
