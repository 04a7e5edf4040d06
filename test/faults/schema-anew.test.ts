import { test } from 'vitest'
import { ClosedError, EventStore } from '../../src/index.ts'
import { runMigrations } from '../../src/migrations/migrate.ts'
import { CallersTransaction } from '../../src/postgres/callers-transaction.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvent } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { runSql, withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

/** Drops the schema of a store and makes it anew, with a subscription that gets the first id. */
async function makeAnew({ schema }: FreshStore, stream: string, name: string): Promise<void> {
  await withClient(database.connectionString, async (client) => {
    await client.query(`BEGIN; DROP SCHEMA ${schema} CASCADE`)
    await runMigrations(new CallersTransaction({ query: (statement) => lastOf(client.query(statement)) }), {
      schema,
      payload: 'json',
    })
    await client.query(
      `INSERT INTO ${schema}.subscriptions (stream_name, subscription_name, holder) VALUES ($1, $2, $3)`,
      [stream, name, crypto.randomUUID()],
    )
    await client.query('COMMIT')
  })
}

/** Of a script, `pg` resolves to a result for each statement. */
async function lastOf(results: Promise<unknown>): Promise<{ rows: unknown[] }> {
  return [await results].flat().at(-1) as { rows: unknown[] }
}

/** Who waits for news, and who holds subscriptions, by the tables as they are now. */
async function countLocks(schema: string, id: number): Promise<number> {
  const rows = await runSql(
    database.connectionString,
    `SELECT FROM pg_locks
     WHERE locktype = 'advisory' AND classid = '${schema}.migrations'::regclass AND objid = $1::int::oid AND granted`,
    [id],
  )
  return rows.length
}

test.concurrent('a follower hears of what is appended after the schema was made anew', async ({ expect }) => {
  await using store = await freshStore(database.connectionString, { onDiagnostic: () => {} })
  await store.append('before', newEvent(), { expectedVersion: 0 })
  await using followed = receive(store.follow('s', { after: 'start' }))
  await eventually(async () => expect(await countLocks(store.schema, -1)).toBe(1))
  await makeAnew(store, 's', 'any')
  await using other = new EventStore({ connectionString: database.connectionString, schema: store.schema })
  await other.append('s', newEvent(), { expectedVersion: 0 }) // at the position at which the head was before
  await followed.until(1, 15_000)
  expect(await countLocks(store.schema, -1)).toBe(1)
})

test.concurrent('a subscription that is there again is held anew: nobody else gets it', async ({ expect }) => {
  await using store = await freshStore(database.connectionString, { onDiagnostic: () => {} })
  const subscription = store.subscribe('s', 'one')
  const subscriber = subscription.connect()
  const delivered = receive(subscriber, (event) => subscriber.ack(event))
  await subscription.acquired()
  await makeAnew(store, 's', 'one')
  await eventually(async () => expect(await countLocks(store.schema, 1)).toBe(1), { within: 10_000 })
  await using other = new EventStore({ connectionString: database.connectionString, schema: store.schema })
  const standby = other.subscribe('s', 'one')
  standby.connect()
  await eventually(() => expect(standby.state).toBe('standby'))
  await other.append('s', newEvent(), { expectedVersion: 0 })
  await delivered.until(1)
  expect(numbersOf(delivered.items)).toEqual([1])
})

test.concurrent('a subscription whose id is given to another one ends, and leaves the other alone', async ({
  expect,
}) => {
  await using store = await freshStore(database.connectionString, { onDiagnostic: () => {} })
  const subscription = store.subscribe('s', 'one')
  const running = rejection(subscription.run(() => {}))
  await subscription.acquired()
  await makeAnew(store, 'elsewhere', 'two')
  const [before] = await runSql(database.connectionString, `SELECT * FROM ${store.schema}.subscriptions`)
  await store.append('s', newEvent(), { expectedVersion: 0 })
  expect(await running).toBeInstanceOf(ClosedError)
  expect(await runSql(database.connectionString, `SELECT * FROM ${store.schema}.subscriptions`)).toEqual([before])
})
