import { expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { startProxy } from '../../torture/proxy.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { runSql, withClient } from '../support/run-sql.ts'

const database = useDatabase()

/** How many advisory locks on subscriptions are held. */
async function countLocks(): Promise<number> {
  const rows = await runSql(
    database.connectionString,
    `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
       AND l.objid IN (SELECT subscription_id::oid FROM eventstore.subscriptions)`,
  )
  return rows.length
}

async function countMarks(): Promise<number> {
  return (await runSql(database.connectionString, 'SELECT FROM eventstore.subscriptions WHERE holder IS NOT NULL'))
    .length
}

test('a subscription that is closed while its lock is being got, and opened again, gets it', async () => {
  const { connectionString } = database
  await using proxy = await startProxy(() => connectionString)
  await using store = new EventStore({ connectionString, sessionConnectionString: proxy.url })
  const other = store.subscribe('$all', 'other')
  other.connect()
  await other.acquired()
  await withClient(proxy.url, async (client) => {
    // The server has given the lock, and the answer is on its way when the subscription is closed.
    proxy.delay(200)
    const subscription = store.subscribe('$all', 's')
    const subscriber = subscription.connect()
    await eventually(async () => expect(await countLocks()).toBe(2), { every: 1 })
    await subscriber.close()

    // It is opened again when the lock was marked, for nobody: this answer comes after that one.
    await eventually(async () => expect(await countMarks()).toBe(2), { every: 1 })
    await client.query('SELECT 1')
    subscription.connect()
    await subscription.acquired({ signal: AbortSignal.timeout(5_000) })

    proxy.delay(0)
    await subscription.close()
    await eventually(async () => expect(await countLocks()).toBe(1))
    expect(other.state).toBe('live')
  })
})
