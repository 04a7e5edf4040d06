import { createHash } from 'node:crypto'
import { DatabaseError, MigrationRequiredError } from '../errors.ts'
import type { Executor, Query } from '../postgres/executor.ts'
import { quoteIdentifier } from '../postgres/identifier.ts'
import { isNameTaken } from '../postgres/sqlstate.ts'
import { Deadline } from '../util/deadline.ts'
import { MIGRATIONS } from './migrations.ts'
import { qualified, type SchemaSettings } from './schema.ts'
import { checkNotNewer, type Migration, readSchemaState, type SchemaState } from './schema-state.ts'

/** Milliseconds for one migration: it may have to rewrite tables, and waits for others that migrate. */
const MIGRATION_TIMEOUT = 600_000

/** Runs what is pending, each migration in a transaction of its own, one process at a time. Resolves to those that it ran. */
export async function runMigrations(executor: Executor, settings: SchemaSettings): Promise<readonly Migration[]> {
  const ran: Migration[] = []
  for (;;) {
    const migration = await executor.transaction(new Deadline(MIGRATION_TIMEOUT), (query) => runNext(query, settings))
    if (!migration) return ran
    ran.push(migration)
  }
}

/** Drops the schema with all that is in it. Resolves to whether there was one. */
export async function removeSchema(executor: Executor, schema: string): Promise<boolean> {
  return executor.transaction(new Deadline(MIGRATION_TIMEOUT), async (query) => {
    await trustOwnNames(query)
    await lockMigrations(query, schema)
    const present = await schemaExists(query, schema)
    if (present) await query({ text: `DROP SCHEMA ${quoteIdentifier(schema)} CASCADE` })
    return present
  })
}

async function runNext(query: Query, settings: SchemaSettings): Promise<Migration | undefined> {
  const { schema, payload } = settings
  await trustOwnNames(query)
  await lockMigrations(query, schema)
  const state = await readSchemaState(query, schema)
  checkNotNewer(state.migrations, schema)
  checkPayload(state, settings)
  const pending = MIGRATIONS.find(({ name }) => state.migrations.some((m) => m.name === name && m.appliedAt === null))
  if (!pending) return undefined
  if (!(await schemaExists(query, schema))) await query({ text: `CREATE SCHEMA ${quoteIdentifier(schema)}` })
  await runScript(query, pending.sql(quoteIdentifier(schema), payload), schema)
  const [row] = await query<{ millis: string }>({
    text: `
      INSERT INTO ${qualified(schema, 'migrations')} (name) VALUES ($1)
      RETURNING floor(date_part('epoch', applied_at) * 1000)::int8::text AS millis`,
    values: [pending.name],
  })
  return { name: pending.name, appliedAt: new Date(Number(row?.millis)) }
}

async function runScript(query: Query, sql: string, schema: string): Promise<void> {
  try {
    await query({ text: sql })
  } catch (error) {
    if (!isNameTaken(error)) throw error
    throw new DatabaseError(
      error.sqlState,
      `Schema ${JSON.stringify(schema)} holds something else by a name that the store needs, and nothing was changed: ` +
        `${error.message}. Give the store a schema of its own.`,
      { cause: error.cause },
    )
  }
}

/**
 * Until the transaction ends, names that the SQL does not qualify are those of PostgreSQL itself: in another schema of the
 * `search_path` anybody may have functions and operators of the same names, which would run with the rights of the migrating role.
 */
async function trustOwnNames(query: Query): Promise<void> {
  await query({ text: 'SET LOCAL search_path = pg_catalog, pg_temp' })
}

/** The store's own lock needs the migrations table, which is not there yet. */
async function lockMigrations(query: Query, schema: string): Promise<void> {
  const key = createHash('sha256').update(`pg-event-store migrations ${schema}`).digest().readBigInt64BE()
  await query({ text: 'SELECT pg_advisory_xact_lock($1)::text', values: [key.toString()] })
}

async function schemaExists(query: Query, schema: string): Promise<boolean> {
  const rows = await query({ text: 'SELECT nspname::text FROM pg_namespace WHERE nspname = $1', values: [schema] })
  return rows.length > 0
}

function checkPayload({ payload }: SchemaState, settings: SchemaSettings): void {
  if (payload === null || payload === settings.payload) return
  throw new MigrationRequiredError(
    'payload',
    `Schema ${JSON.stringify(settings.schema)} was initialized with payload '${payload}', which cannot be changed to ` +
      `'${settings.payload}'. Use \`--payload ${payload}\`, or another schema.`,
  )
}
