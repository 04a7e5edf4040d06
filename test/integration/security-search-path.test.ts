import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { dropSchema, listMigrations } from '../../src/migrations/index.ts'
import { shadowsIn } from '../support/attacks-shadows.ts'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { exerciseStore } from '../support/exercise.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { createTestRole, type TestRole } from '../support/roles.ts'
import { runSql, withClient } from '../support/run-sql.ts'

const ANY = { expectedVersion: 'any' } as const

const roles: TestRole[] = []
afterAll(async () => {
  for (const role of roles) await role.drop()
})

describe('somebody who may create things in a schema on the search_path', () => {
  const database = useDatabase(emptyTestDatabase)
  let sprungBefore: string

  beforeAll(async () => {
    const attacker = await createTestRole('attacker')
    roles.push(attacker)
    // As every database was before PostgreSQL 15.
    await runSql(database.connectionString, 'GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC')
    await runSql(attacker.urlOf(database.connectionString), shadowsIn('public'))
    await expect(runSql(database.connectionString, 'SELECT 1::oid = 1::int')).rejects.toThrow('trapped')
    sprungBefore = await trapsSprung()
  })

  /** How often a trap was called, by whomever, and whatever became of its transaction. */
  async function trapsSprung(): Promise<string> {
    const [row] = await runSql<{ count: string }>(
      database.connectionString,
      'SELECT last_value::text AS count FROM public.sprung',
    )
    return row?.count ?? ''
  }

  test.each(["SELECT cardinality('{1}'::int[])", 'SELECT unnest(ARRAY[1::bigint])', "SELECT 'a'::text = 1::int"])(
    'has set traps which are not all avoided by: %s',
    async (sql) => {
      await expect(runSql(database.connectionString, sql)).rejects.toThrow('trapped')
      expect(await trapsSprung()).not.toBe(sprungBefore)
      sprungBefore = await trapsSprung()
    },
  )

  test.each(['json', 'jsonb', 'bytea'] as const)('gets nothing of his run by a store with %s', async (payload) => {
    const { connectionString } = database
    const schema = `store_${payload}`
    await using store = new EventStore({ connectionString, schema, payload, enableHardDeletes: true })
    await store.migrate()
    await listMigrations({ connectionString, schema })
    await exerciseStore(store, connectionString)
    await exerciseMore(store, connectionString, schema)
    expect(await trapsSprung()).toBe(sprungBefore)
    expect(await dropSchema({ connectionString, schema })).toBe(true)
    expect(await trapsSprung()).toBe(sprungBefore)
  })
})

/** What takes other statements than the usual ways do. */
async function exerciseMore(store: EventStore, connectionString: string, schema: string): Promise<void> {
  const followed = store.follow('$all')[Symbol.asyncIterator]()
  const next = followed.next()
  await Promise.all([1, 2, 3].map((n) => store.append(`group-${n}`, newEvents(n), { expectedVersion: 'no-stream' })))
  expect((await next).done).toBe(false)
  await followed.return?.()
  await store.append('copied', newEvents(3_000), { expectedVersion: 'no-stream' })
  const [first] = await store.read('copied', { limit: 1 }).toArray()
  await expect(store.append('elsewhere', { type: 'T', data: 1, id: first?.id }, ANY)).rejects.toMatchObject({
    code: 'DUPLICATE_EVENT',
  })
  for (const sortBy of ['version', 'name', 'createdAt', 'deletedAt'] as const)
    expect((await store.listStreams({ search: 'copied', sortBy })).totalItems).toBe(1)
  await standBy(store, connectionString, schema)
  if (schema === 'store_json') await waitForLock(store, connectionString, schema) // takes seconds
  await store.deleteStream('copied', { ...ANY, mode: 'hard' })
  await store.deleteStream('linked', ANY)
}

/** Two stores that want the same subscription: the second takes it over when the first leaves it. */
async function standBy(store: EventStore, connectionString: string, schema: string): Promise<void> {
  await using other = new EventStore({ connectionString, schema, ...payloadOf(schema), subscriptionRetryInterval: 20 })
  const first = store.subscribe('order', 'taken over')
  const running = [first.run(() => {})]
  await first.reached(3)
  const second = other.subscribe('order', 'taken over')
  running.push(second.run(() => {}))
  await eventually(() => expect(second.state).toBe('standby'))
  await first.close()
  await second.acquired()
  await store.deleteSubscription('order', 'taken over')
  await Promise.allSettled(running)
}

/** An append that waits for the write lock so long that it looks for the one who holds it. */
async function waitForLock(store: EventStore, connectionString: string, schema: string): Promise<void> {
  await withClient(connectionString, async (client) => {
    await client.query(`BEGIN; SELECT ${schema}.lock_store()`)
    const appending = store.append('waiting', newEvent(), ANY)
    await withClient(connectionString, (onlooker) =>
      eventually(
        async () => {
          const { rows } = await onlooker.query(
            "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_terminate_backend(a.pid)%' AND pid <> pg_backend_pid()",
          )
          expect(rows).toHaveLength(1)
        },
        { within: 10_000 },
      ),
    )
    await client.query('COMMIT')
    await appending
  })
}

function payloadOf(schema: string): { readonly payload: 'json' | 'jsonb' | 'bytea' } {
  const payload = (['json', 'jsonb', 'bytea'] as const).find((known) => schema.endsWith(`_${known}`))
  if (!payload) throw new Error(`Expected a schema named after its payload, found ${schema}`)
  return { payload }
}
