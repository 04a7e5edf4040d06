import { beforeEach, describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { newEvents, range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { runSql, withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()
const ANY = { expectedVersion: 'any' } as const

/** Changes a setting for the sessions that begin now, and ends the others. */
async function change(setting: string): Promise<void> {
  await withClient(database.connectionString, async (client) => {
    const { pathname } = new URL(database.connectionString)
    await client.query(`ALTER DATABASE ${client.escapeIdentifier(pathname.slice(1))} ${setting}`)
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
  })
}

beforeEach(() => change('RESET ALL'))

describe('while a store runs', () => {
  test('transactions become serializable: appends, links and deletions go on', async () => {
    await using store = new EventStore({ connectionString: database.connectionString, onDiagnostic: () => {} })
    await store.append('before', newEvents(1), ANY)
    await change("SET default_transaction_isolation = 'serializable'")
    for (const count of [1, 300]) await eventually(() => store.append('after', newEvents(count), ANY))
    await Promise.all(range(1, 3).map((n) => store.append(`after-${n}`, newEvents(1), ANY)))
    await store.link('links', await store.read('before').toArray(), ANY)
    await store.deleteStream('before', ANY)
    expect(await store.getStream('$all')).toMatchObject({ version: 305 })
  })
})

describe('a session whose time is up', () => {
  test('is no reason for a subscription to end: it reads again when it can', async ({ skip }) => {
    const [row] = await runSql<{ version: number }>(
      database.connectionString,
      "SELECT current_setting('server_version_num')::int AS version",
    )
    skip((row?.version ?? 0) < 170_000, 'transaction_timeout came with PostgreSQL 17')
    await change("SET transaction_timeout = '200ms'")
    await using store = new EventStore({ connectionString: database.connectionString, onDiagnostic: () => {} })
    const subscription = store.subscribe('timed', 'timed')
    const subscriber = subscription.connect()
    const delivered = receive(subscriber, (event) => subscriber.ack(event))
    await subscription.acquired()
    await withClient(database.connectionString, async (client) => {
      await client.query('SET transaction_timeout = 0')
      await client.query('BEGIN')
      await client.query('LOCK TABLE eventstore.events')
      const refused = await rejection(store.append('timed', newEvents(1), { ...ANY, timeout: 1_500 }))
      expect(refused).toMatchObject({ code: expect.stringMatching('CONNECTION|TIMEOUT') })
      await client.query('COMMIT')
    })
    await eventually(() => store.append('timed', newEvents(2), ANY))
    const { version } = await store.getStream('timed')
    await delivered.until(version, 10_000)
    expect(numbersOf(delivered.items)).toEqual(range(1, version))
  })
})
