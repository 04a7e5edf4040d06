import { Pool } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { EventStore, StreamNotFoundError } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshSchema, freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

describe('stores in two databases', () => {
  const otherDatabase = useDatabase()
  const openBoth = () =>
    [database, otherDatabase].map(({ connectionString }) => new EventStore({ connectionString })) as [
      EventStore,
      EventStore,
    ]

  test('do not see the events of each other', async () => {
    const [first, second] = openBoth()
    await using one = first
    await using two = second
    await one.append('only-one', newEvents(2), { expectedVersion: 'no-stream' })
    expect(await rejection(two.read('only-one').toArray())).toBeInstanceOf(StreamNotFoundError)
    expect((await two.listStreams({ search: 'only-one' })).items).toEqual([])
  })

  test('number streams of the same name, and $all, independently', async () => {
    const [first, second] = openBoth()
    await using one = first
    await using two = second
    const head = (await one.getStream('$all')).version
    await one.append('same', newEvents(2), { expectedVersion: 'no-stream' })
    expect(await two.append('same', newEvents(3), { expectedVersion: 'no-stream' })).toEqual({
      streamVersion: 3,
      position: 3,
    })
    expect((await one.getStream('same')).version).toBe(2)
    expect((await one.getStream('$all')).version).toBe(head + 2)
  })

  test('have snapshots of their own', async () => {
    const [first, second] = openBoth()
    await using one = first
    await using two = second
    await one.recordSnapshot({ sourceId: 'order-1', sourceVersion: 1, sourceType: 'Order', data: 'one' })
    expect(await two.readSnapshot('order-1')).toBeUndefined()
    await two.recordSnapshot({ sourceId: 'order-1', sourceVersion: 2, sourceType: 'Order', data: 'two' })
    await two.deleteSnapshot('order-1')
    expect(await one.readSnapshot('order-1')).toMatchObject({ data: 'one' })
  })
})

describe('stores in two schemas of one database', () => {
  test('do not see the streams, events and snapshots of each other', async () => {
    await using one = await freshStore(database.connectionString)
    await using two = await freshStore(database.connectionString)
    const event = { ...newEvent(), id: '0190a0b0-0000-7000-8000-00000000abcd' }
    await one.append('s', event, { expectedVersion: 'no-stream' })
    await one.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'S', data: 1 })
    expect(await rejection(two.read('s').toArray())).toBeInstanceOf(StreamNotFoundError)
    expect(await two.read('$all').toArray()).toEqual([])
    expect(await two.readSnapshot('s')).toBeUndefined()
    expect(await two.append('s', event, { expectedVersion: 'no-stream' })).toEqual({ streamVersion: 1, position: 1 })
    expect(await one.read('s').toArray()).toHaveLength(1)
  })

  test('do not wait for the write lock of each other', async () => {
    await using one = await freshStore(database.connectionString)
    await using two = await freshStore(database.connectionString)
    const pool = new Pool({ connectionString: database.connectionString, max: 1 })
    const client = await pool.connect()
    await client.query('BEGIN')
    await one.withClient(client).append('s', newEvent(), { expectedVersion: 'any' })
    expect(await two.append('s', newEvent(), { expectedVersion: 'any', timeout: 5_000 })).toMatchObject({ position: 1 })
    await client.query('ROLLBACK')
    client.release()
    await pool.end()
  })

  test('may be called whatever PostgreSQL allows', async () => {
    const schemas = [
      'Mixed Case',
      'with"quote',
      "with'apostrophe",
      'with.dot',
      'schöma',
      'select',
      '$body$',
      'x'.repeat(63),
    ]
    for (const schema of schemas) {
      await using store = await freshStore(database.connectionString, { schema, enableHardDeletes: true })
      await store.append('s', newEvents(2), { expectedVersion: 'no-stream' })
      await store.link('t', await store.read('s').toArray(), { expectedVersion: 'no-stream' })
      await store.deleteStream('t', { expectedVersion: 2, mode: 'hard' })
      expect((await store.read('$all').toArray()).map(({ position }) => position)).toEqual([1, 2])
    }
    const rows = await runSql(database.connectionString, 'SELECT FROM pg_namespace WHERE nspname = ANY ($1)', [schemas])
    expect(rows).toHaveLength(schemas.length)
  })

  test("'eventstore' is the one that is used when none is named", async () => {
    await using store = new EventStore({ connectionString: database.connectionString })
    await store.append('default-schema', newEvent(), { expectedVersion: 'any' })
    const rows = await runSql(
      database.connectionString,
      "SELECT stream_name FROM eventstore.streams WHERE stream_name = 'default-schema'",
    )
    expect(rows).toHaveLength(1)
  })
})

describe('two stores on one schema', () => {
  test('see the same', async () => {
    await using one = await freshStore(database.connectionString)
    await using two = new EventStore({ connectionString: database.connectionString, schema: one.schema })
    await one.append('s', newEvents(2), { expectedVersion: 'no-stream' })
    await two.append('s', newEvents(2, 3), { expectedVersion: 2 })
    expect(await one.read('s').toArray()).toEqual(await two.read('s').toArray())
    expect(await one.read('$all').toArray()).toHaveLength(4)
    await two.recordSnapshot({ sourceId: 's', sourceVersion: 4, sourceType: 'S', data: 'state' })
    expect(await one.readSnapshot('s')).toMatchObject({ data: 'state' })
  })

  test('go on independently when one of them is closed', async () => {
    await using one = await freshStore(database.connectionString)
    const two = new EventStore({ connectionString: database.connectionString, schema: one.schema })
    await two.append('s', newEvent(), { expectedVersion: 'any' })
    await two.close()
    await one.append('s', newEvent(), { expectedVersion: 1 })
    expect(await one.read('s').toArray()).toHaveLength(2)
  })
})

describe('a pool of the user, shared', () => {
  const pools: Pool[] = []
  afterAll(() => Promise.all(pools.map((pool) => pool.end())))

  function openPool(max: number): Pool {
    const pool = new Pool({ connectionString: database.connectionString, max })
    pools.push(pool)
    return pool
  }

  test('serves stores of several schemas, which do not see each other', async () => {
    const pool = openPool(2)
    await using one = new EventStore({ pool, schema: freshSchema() })
    await using two = new EventStore({ pool, schema: freshSchema() })
    await Promise.all([one.migrate(), two.migrate()])
    await Promise.all(range(1, 10).map((n) => one.append(`s-${n}`, newEvent(n), { expectedVersion: 'no-stream' })))
    expect(await one.read('$all').toArray()).toHaveLength(10)
    expect(await rejection(two.read('s-1').toArray())).toBeInstanceOf(StreamNotFoundError)
    expect(pool.totalCount).toBeLessThanOrEqual(2)
  })

  test('is not ended by a store that is closed, and serves the others', async () => {
    const pool = openPool(1)
    const one = new EventStore({ pool, schema: freshSchema() })
    await one.migrate()
    await using two = new EventStore({ pool, schema: freshSchema() })
    await two.migrate()
    await one.append('s', newEvent(), { expectedVersion: 'any' })
    await one.close()
    expect(pool.ended).toBe(false)
    await two.append('s', newEvent(), { expectedVersion: 'any' })
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect(pool.idleCount).toBe(1)
  })

  test('has all of its connections back after every operation, also those that were refused', async () => {
    const pool = openPool(2)
    await using store = new EventStore({ pool, schema: freshSchema(), enableHardDeletes: true })
    await store.migrate()
    await store.append('s', newEvents(3_000), { expectedVersion: 'no-stream' })
    await rejection(store.append('s', newEvent(), { expectedVersion: 'no-stream' }))
    await rejection(store.append('s', newEvents(3_000), { expectedVersion: 'no-stream' }))
    await rejection(store.read('missing').toArray())
    await rejection(store.getStream('missing'))
    await store.listStreams()
    await store.deleteStream('s', { expectedVersion: 3_000, mode: 'hard' })
    await rejection(store.deleteStream('s', { expectedVersion: 'any' }))
    expect(pool.idleCount).toBe(pool.totalCount)
    expect(pool.waitingCount).toBe(0)
  })
})
