/** What the CLI's tasks do, for programs: `import { migrate } from 'pg-event-store/migrations'`. */
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

export interface MigrationOptions {
  /** A `postgres://` URL that names the database. */
  readonly connectionString: string
  /** @default 'eventstore' */
  readonly schema?: string
  /** @default 'json' */
  readonly payload?: Payload
}

/**
 * Creates the database that the URL names. Resolves to false when it exists already.
 *
 * @example
 * await createDatabase({ connectionString: 'postgres://localhost/shop' })
 */
export async function createDatabase(options: Pick<MigrationOptions, 'connectionString'>): Promise<boolean> {
  return addDatabase(checkConnectionString(options, 'createDatabase'), TIMEOUT)
}

/** Drops the database that the URL names, with everybody's data in it. Resolves to false when there is none. */
export async function dropDatabase(options: Pick<MigrationOptions, 'connectionString'>): Promise<boolean> {
  return removeDatabase(checkConnectionString(options, 'dropDatabase'), TIMEOUT)
}

/** Drops the schema with all events. Resolves to false when there is none. */
export async function dropSchema(options: MigrationOptions): Promise<boolean> {
  const connectionString = checkConnectionString(options, 'dropSchema')
  const { schema } = checkSchemaSettings(options)
  return connected(connectionString, (executor) => removeSchema(executor, schema))
}

/**
 * Brings the schema up to date, creating it if need be: idempotent, safe to run in several processes at once.
 * Resolves to the migrations that it ran, none when there was nothing to do.
 *
 * @example
 * await migrate({ connectionString: 'postgres://localhost/shop', schema: 'eventstore', payload: 'json' })
 */
export async function migrate(options: MigrationOptions): Promise<readonly Migration[]> {
  const connectionString = checkConnectionString(options, 'migrate')
  const settings = checkSchemaSettings(options)
  return connected(connectionString, (executor) => runMigrations(executor, settings))
}

/** All migrations of this version of the library, and those of a later one that the schema has. */
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
