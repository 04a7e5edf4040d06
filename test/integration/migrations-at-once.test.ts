import { afterAll, describe, expect, inject, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { createDatabase, dropDatabase, dropSchema, migrate } from '../../src/migrations/index.ts'
import { DATABASE_PREFIX, withDatabase } from '../support/admin.ts'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { newEvent } from '../support/new-events.ts'
import { runSql, withClient } from '../support/run-sql.ts'
import { startScript } from '../support/script.ts'

const database = useDatabase(emptyTestDatabase)

describe('several at once', () => {
  test('of three processes one migrates, the others wait for it, and all succeed', async () => {
    const { connectionString } = database
    const scripts = await withClient(connectionString, async (client) => {
      // Who creates the schema waits for the end of this transaction, and so do the others for him.
      await client.query('BEGIN')
      await client.query('CREATE SCHEMA processes')
      const starting = [1, 2, 3].map(() => startScript('migrator.ts', { args: [connectionString, 'processes'] }))
      await eventually(async () => expect(await waiting()).toBe(3), { within: 20_000 })
      await client.query('ROLLBACK')
      return Promise.all(starting)
    })
    expect(scripts.map(({ firstLine }) => firstLine).toSorted()).toEqual(['["0001-initial"]', '[]', '[]'])
    expect(await Promise.all(scripts.map((script) => script.end()))).toEqual([0, 0, 0])
    await using store = new EventStore({ connectionString, schema: 'processes' })
    expect(await store.append('s', newEvent(), { expectedVersion: 'no-stream' })).toEqual({
      streamVersion: 1,
      position: 1,
    })
  })

  test('of many calls in one process one migrates, those of stores among them', async () => {
    const options = { connectionString: database.connectionString, schema: 'calls' }
    const stores = [1, 2, 3].map(() => new EventStore(options))
    const results = await Promise.all([
      ...Array.from({ length: 8 }, () => migrate(options)),
      ...stores.map(async (store) => {
        await store.migrate()
        await store.close()
        return []
      }),
    ])
    expect(results.flat().length).toBeLessThanOrEqual(1)
    expect(await migrate(options)).toEqual([])
    const rows = await runSql(database.connectionString, 'SELECT name FROM calls.migrations')
    expect(rows).toEqual([{ name: '0001-initial' }])
  })

  test('migrating and dropping do not get in each other’s way', async () => {
    const options = { connectionString: database.connectionString, schema: 'contested' }
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? migrate(options) : dropSchema(options))),
    )
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
  })
})

describe('of several that at once', () => {
  const url = withDatabase(inject('serverUrl'), `${DATABASE_PREFIX}${inject('runId')}_at_once`)
  const options = { connectionString: url }
  afterAll(() => dropDatabase(options))

  test('create a database, or drop it, one does', async () => {
    const created = await Promise.all([1, 2, 3, 4].map(() => createDatabase(options)))
    expect(created.toSorted()).toEqual([false, false, false, true])
    const dropped = await Promise.all([1, 2, 3, 4].map(() => dropDatabase(options)))
    expect(dropped.toSorted()).toEqual([false, false, false, true])
  })
})

async function waiting(): Promise<number> {
  const [row] = await runSql<{ count: number }>(
    database.connectionString,
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  return row?.count ?? 0
}
