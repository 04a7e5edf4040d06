/**
 * What the CLI's tasks do, for programs: `import { migrate } from 'pg-event-store/migrations'`.
 *
 * @module pg-event-store/migrations
 */
import type { Payload } from '../options.ts'
import { parseConnectionString } from '../postgres/connection-options.ts'
import { Database } from '../postgres/database.ts'
import type { Executor } from '../postgres/executor.ts'
import { ownPool } from '../postgres/own-pool.ts'
import { checkOptions, describeValue } from '../util/arguments.ts'
import { Deadline } from '../util/deadline.ts'
import { removeSchema, runMigrations } from './migrate.ts'
import { addDatabase, removeDatabase } from './postgres-database.ts'
import { checkSchemaSettings } from './schema.ts'
import { type Migration, readSchemaState } from './schema-state.ts'

export type { Migration } from './schema-state.ts'

const TIMEOUT = 60_000

/** Where a store is, or is to be. */
export interface MigrationOptions {
  /** A `postgres://` URL that names the database. Required: what is created or dropped must not depend on the environment. */
  readonly connectionString: string
  /** The PostgreSQL schema that holds the tables: 1 to 63 bytes. @default 'eventstore' */
  readonly schema?: string
  /** Column type of data and metadata, fixed when the schema is initialized. @default 'json' */
  readonly payload?: Payload
}

/**
 * Creates the database that the URL names. Resolves to false when it exists already. Has 60 seconds.
 *
 * @throws ConnectionError when no server answers there
 * @throws DatabaseError when the role may not create databases
 * @example
 * await createDatabase({ connectionString: 'postgres://localhost/shop' })
 */
export async function createDatabase(options: Pick<MigrationOptions, 'connectionString'>): Promise<boolean> {
  return addDatabase(checkConnectionString(options, 'createDatabase'), TIMEOUT)
}

/**
 * Drops the database that the URL names, with everybody's data in it. Resolves to false when there is none. Has 60 seconds.
 *
 * @throws DatabaseError when somebody is connected to it, or the role may not
 * @example
 * await dropDatabase({ connectionString: 'postgres://localhost/shop' })
 */
export async function dropDatabase(options: Pick<MigrationOptions, 'connectionString'>): Promise<boolean> {
  return removeDatabase(checkConnectionString(options, 'dropDatabase'), TIMEOUT)
}

/**
 * Drops the schema with all events. Resolves to false when there is none. Has 10 minutes.
 *
 * @throws DatabaseError when the role may not
 * @example
 * await dropSchema({ connectionString: 'postgres://localhost/shop', schema: 'eventstore' })
 */
export async function dropSchema(options: MigrationOptions): Promise<boolean> {
  const connectionString = checkConnectionString(options, 'dropSchema')
  const { schema } = checkSchemaSettings(options)
  return connected(connectionString, (executor) => removeSchema(executor, schema))
}

/**
 * Brings the schema up to date, creating it if need be: idempotent, safe to run in several processes at once.
 * Resolves to the migrations that it ran, none when there was nothing to do. Each has 10 minutes.
 *
 * @throws MigrationRequiredError when the schema is newer than the library, or has another `payload`
 * @throws DatabaseError when the role may not, or the schema holds something else by these names
 * @example
 * await migrate({ connectionString: 'postgres://localhost/shop', schema: 'eventstore', payload: 'json' })
 */
export async function migrate(options: MigrationOptions): Promise<readonly Migration[]> {
  const connectionString = checkConnectionString(options, 'migrate')
  const settings = checkSchemaSettings(options)
  return connected(connectionString, (executor) => runMigrations(executor, settings))
}

/**
 * All migrations of this version of the library, and those of a later one that the schema has. Has 60 seconds.
 *
 * @throws ConnectionError when no server answers there, or it has no such database
 * @example
 * for (const { name, appliedAt } of await listMigrations({ connectionString: 'postgres://localhost/shop' })) {
 *   console.log(name, appliedAt ?? 'pending')
 * }
 */
export async function listMigrations(options: MigrationOptions): Promise<readonly Migration[]> {
  const connectionString = checkConnectionString(options, 'listMigrations')
  const { schema } = checkSchemaSettings(options)
  const state = await connected(connectionString, (executor) =>
    readSchemaState((statement) => executor.query(statement, new Deadline(TIMEOUT)), schema),
  )
  return state.migrations
}

/** The URL, which is required here: what is created or dropped must not depend on the environment. */
function checkConnectionString(options: Partial<MigrationOptions>, what: string): string {
  const { connectionString } = checkOptions(options, what, ['connectionString', 'schema', 'payload'])
  if (typeof connectionString === 'string') return connectionString
  throw new TypeError(
    `${what} needs a connectionString like postgres://user:password@host:5432/database, ` +
      `found ${describeValue(connectionString)}`,
  )
}

async function connected<Result>(
  connectionString: string,
  work: (executor: Executor) => Promise<Result>,
): Promise<Result> {
  const connection = parseConnectionString(connectionString)
  const database = new Database(() => ownPool({ connection, size: 1, onIdleLost: () => {} }))
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}
