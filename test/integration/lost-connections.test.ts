import { Pool } from 'pg'
import { describe, expect, test } from 'vitest'
import { ConnectionError, type Diagnostic, EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvent, range } from '../support/new-events.ts'
import { runSql, withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

describe('connections that the server ends', () => {
  async function terminateAll(store: FreshStore, query = '%'): Promise<number> {
    const rows = await runSql(
      database.connectionString,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = $1 AND query LIKE $2`,
      [store.schema, query],
    )
    return rows.length
  }

  async function openOwnStore(onDiagnostic?: (diagnostic: Diagnostic) => void): Promise<FreshStore> {
    const { schema } = await migrated()
    const url = new URL(database.connectionString)
    url.searchParams.set('application_name', schema)
    return freshStore(url.href, { schema, ...(onDiagnostic && { onDiagnostic }) })
  }

  async function migrated(): Promise<{ readonly schema: string }> {
    await using store = await freshStore(database.connectionString)
    return store
  }

  /** Resolves when nothing runs for the store any more, and it has heard so: after an append it notifies, on a connection of the pool. */
  async function untilNotified({ schema }: FreshStore): Promise<void> {
    await eventually(async () => {
      const statements = await runSql<{ query: string; idle: boolean }>(
        database.connectionString,
        `SELECT query, state = 'idle' AND state_change < clock_timestamp() - interval '100 ms' AS idle
         FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`,
        [schema],
      )
      expect(statements.filter(({ idle }) => !idle)).toEqual([])
      expect(statements.some(({ query }) => query.includes('pg_notify'))).toBe(true)
    })
  }

  test('while they are idle are told of as diagnostics, and the next operations work', async () => {
    const diagnostics: Diagnostic[] = []
    await using store = await openOwnStore((diagnostic) => diagnostics.push(diagnostic))
    await Promise.all(range(1, 5).map((n) => store.append(`s-${n}`, newEvent(), { expectedVersion: 'any' })))
    await untilNotified(store)
    const terminated = await terminateAll(store)
    expect(terminated).toBeGreaterThan(0)
    await eventually(() => expect(diagnostics).toHaveLength(terminated))
    for (const diagnostic of diagnostics) {
      expect(diagnostic).toMatchObject({ type: 'connection-lost', connection: 'pool', error: expect.any(Error) })
    }
    await Promise.all(range(1, 5).map((n) => store.append(`s-${n}`, newEvent(), { expectedVersion: 1 })))
    expect(await store.read('$all').toArray()).toHaveLength(10)
  })

  test('while they are idle are process warnings, when nobody asks for diagnostics', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    await using store = await openOwnStore()
    await store.listStreams()
    await terminateAll(store)
    await eventually(() => expect(warnings.map(({ name }) => name)).toContain('EventStoreWarning'))
    process.off('warning', onWarning)
    expect((await store.listStreams()).totalItems).toBe(1)
  })

  test('under an operation make it ConnectionError, and the next one works', async () => {
    await using store = await openOwnStore(() => {})
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).append('s', newEvent(), { expectedVersion: 0 })
      const deleting = rejection(store.deleteStream('s', { expectedVersion: 1 }))
      await eventually(async () => expect(await terminateAll(store, '%delete_stream%')).toBe(1))
      const error = await deleting
      expect(error).toBeInstanceOf(ConnectionError)
      expect(error).toMatchObject({ code: 'CONNECTION', cause: expect.any(Error) })
      await client.query('COMMIT')
    })
    expect(await store.append('s', newEvent(), { expectedVersion: 1 })).toEqual({ streamVersion: 2, position: 2 })
  })

  test("of a pool of the user's, under an operation, make it ConnectionError and not the end of the process", async () => {
    await using owner = await freshStore(database.connectionString)
    const pool = new Pool({ connectionString: database.connectionString, application_name: owner.schema })
    pool.on('error', () => {})
    await using store = new EventStore({ pool, schema: owner.schema })
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await owner.withClient(client).append('s', newEvent(), { expectedVersion: 0 })
      const deleting = rejection(store.deleteStream('s', { expectedVersion: 1 }))
      await eventually(async () => expect(await terminateAll(owner, '%delete_stream%')).toBe(1))
      expect(await deleting).toBeInstanceOf(ConnectionError)
      await client.query('ROLLBACK')
    })
    expect(await store.append('s', newEvent(), { expectedVersion: 0 })).toMatchObject({ position: 1 })
    await pool.end()
  })
})
