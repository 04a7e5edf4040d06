import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, inject } from 'vitest'
import { asAdmin, DATABASE_PREFIX, dropDatabase, withDatabase } from './admin.ts'
import { eventually } from './eventually.ts'

export interface TestDatabase {
  readonly connectionString: string
  /** Drops it, and ends whoever is connected to it. */
  drop(): Promise<void>
}

/** A database of its own, in which the migrations were run. */
function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(inject('templateDatabase'))
}

/** A database of its own with nothing in it. */
export function emptyTestDatabase(): Promise<TestDatabase> {
  return createDatabase('template1')
}

/**
 * A database for the tests of a file, or of the `describe` that it is called in. When they are done, a connection that is left
 * fails them: whoever opens something closes it, in the test or in an `afterAll` that is registered after this one.
 *
 * @example
 * const database = useDatabase()
 * test('…', async () => {
 *   await using store = new EventStore({ connectionString: database.connectionString })
 * })
 */
export function useDatabase(create: () => Promise<TestDatabase> = createTestDatabase): {
  readonly connectionString: string
} {
  let database: TestDatabase | undefined
  beforeAll(async () => {
    database = await create()
  })
  afterAll(async () => {
    if (!database) return
    try {
      await assertNoConnections(database.connectionString)
    } finally {
      await database.drop()
    }
  })
  return {
    get connectionString() {
      if (!database)
        throw new Error('The database is created in beforeAll: expected to be asked for it in a test or a later hook')
      return database.connectionString
    },
  }
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const serverUrl = inject('serverUrl')
  const name = `${DATABASE_PREFIX}${inject('runId')}_${randomBytes(4).toString('hex')}`
  await asAdmin(serverUrl, (client) =>
    client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE ${client.escapeIdentifier(template)}`),
  )
  return {
    connectionString: withDatabase(serverUrl, name),
    drop: () => asAdmin(serverUrl, (client) => dropDatabase(client, name)),
  }
}

/** A server process lingers for a moment after its client is gone. */
async function assertNoConnections(connectionString: string): Promise<void> {
  const name = new URL(connectionString).pathname.slice(1)
  await asAdmin(inject('serverUrl'), (client) =>
    eventually(
      async () => {
        const { rows } = await client.query<{ connection: string }>(
          `SELECT format('%s (%s): %s', application_name, state, query) AS connection
           FROM pg_stat_activity
           WHERE datname = $1 AND backend_type = 'client backend'`,
          [name],
        )
        if (rows.length === 0) return
        const list = rows.map(({ connection }) => `\n  ${connection}`).join('')
        throw new Error(`Expected every connection to ${name} to be closed, found ${rows.length} left:${list}`)
      },
      { within: 3_000 },
    ),
  )
}
