import { beforeAll, describe, expect, test } from 'vitest'
import { DatabaseError, EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

/** What an administrator may have set for a database, and must not change what the store does. */
describe.each([
  ['default_transaction_isolation', 'repeatable read'],
  ['default_transaction_isolation', 'serializable'],
  ['DateStyle', 'SQL, DMY'],
  ['IntervalStyle', 'sql_standard'],
  ['TimeZone', 'Pacific/Chatham'],
  ['bytea_output', 'escape'],
  ['extra_float_digits', '-15'],
  ['standard_conforming_strings', 'off'],
  ['search_path', 'pg_catalog'],
  ['plan_cache_mode', 'force_generic_plan'],
  ['jit_above_cost', '0'],
] as const)('on a database with %s = %j', (setting, value) => {
  const own = useDatabase()
  beforeAll(async () => {
    const name = new URL(own.connectionString).pathname.slice(1)
    await runSql(
      own.connectionString,
      `ALTER DATABASE "${name}" SET ${setting} = '${value}'`.replace("'pg_catalog'", 'pg_catalog'),
    )
  })

  test('everything works as elsewhere', async () => {
    await using store = new EventStore({ connectionString: own.connectionString, enableHardDeletes: true })
    await exerciseStore(store)
    await using binary = await freshStore(own.connectionString, { payload: 'bytea', enableHardDeletes: true })
    await exerciseStore(binary)
  })
})

async function exerciseStore(store: EventStore): Promise<void> {
  const createdAt = new Date('2001-02-03T04:05:06.789Z')
  const appends = range(1, 20).map((n) =>
    store.append(`s-${n % 3}`, newEvent(n), { expectedVersion: 'any', createdAt }),
  )
  await Promise.all([...appends, store.append('large', newEvents(2_500), { expectedVersion: 'no-stream' })])
  const all = await store.read('$all').toArray()
  expect(all.map(({ position }) => position)).toEqual(range(1, 2_520))
  const events = await store.read('s-1').toArray()
  expect(events.map(({ eventNumber }) => eventNumber)).toEqual(range(1, 7))
  expect(events.map((event) => event.createdAt)).toEqual(Array(7).fill(createdAt))
  await store.link('links', events, { expectedVersion: 'no-stream' })
  await store.deleteStream('s-1', { expectedVersion: 7, mode: 'hard' })
  expect(await store.read('links').toArray()).toEqual([])
  expect(await rejection(store.append('s-2', newEvent(), { expectedVersion: 1 }))).toMatchObject({
    code: 'WRONG_EXPECTED_VERSION',
    actualVersion: 7,
  })
  const snapshot = {
    sourceId: 's',
    sourceVersion: 1,
    sourceType: 'S',
    data: { x: 0.1 },
    metadata: { é: '\\' },
    createdAt,
  }
  await store.recordSnapshot(snapshot)
  expect(await store.readSnapshot('s')).toEqual(snapshot)
}

describe('on a database that is read-only', () => {
  const own = useDatabase()
  beforeAll(async () => {
    await using store = new EventStore({ connectionString: own.connectionString })
    await store.append('s', newEvents(3), { expectedVersion: 'no-stream' })
    const name = new URL(own.connectionString).pathname.slice(1)
    await runSql(own.connectionString, `ALTER DATABASE "${name}" SET default_transaction_read_only = on`)
  })

  test('reads work', async () => {
    await using store = new EventStore({ connectionString: own.connectionString })
    expect(await store.read('s').toArray()).toHaveLength(3)
    expect((await store.getStream('s')).version).toBe(3)
    expect((await store.listStreams()).totalItems).toBe(2)
  })

  test('writes are DatabaseError with the SQLSTATE, and store nothing', async () => {
    await using store = new EventStore({ connectionString: own.connectionString })
    for (const operation of [
      () => store.append('s', newEvent(), { expectedVersion: 3 }),
      () => store.append('t', newEvents(3_000), { expectedVersion: 'no-stream' }),
      () => store.deleteStream('s', { expectedVersion: 3 }),
      () => store.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'S', data: 1 }),
    ]) {
      const error = await rejection(operation())
      expect(error).toBeInstanceOf(DatabaseError)
      expect(error).toMatchObject({ code: 'DATABASE', sqlState: '25006', cause: expect.any(Error) })
    }
    expect(await store.read('$all').toArray()).toHaveLength(3)
  })
})
