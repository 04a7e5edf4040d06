import { MigrationRequiredError } from '../errors.ts'
import type { Payload } from '../options.ts'
import type { Query } from '../postgres/executor.ts'
import { MIGRATIONS } from './migrations.ts'
import { PAYLOADS, qualified, type SchemaSettings } from './schema.ts'

/** A migration of the schema. */
export interface Migration {
  /** Its number and what it does: `0001-initial`. */
  readonly name: string
  /** When it ran; null while it has not. */
  readonly appliedAt: Date | null
}

/** What a schema holds, as far as migrations are concerned. */
export interface SchemaState {
  /** Those of this version of the library in order, then those it does not know. */
  readonly migrations: readonly Migration[]
  /** The type of the data column; null while no migration was applied: a table of that name is somebody else's. */
  readonly payload: Payload | null
}

/** Looks into a schema; of one that is missing or holds other things, every migration is pending. */
export async function readSchemaState(query: Query, schema: string): Promise<SchemaState> {
  const [found] = await query<{ present: string; payload: string | null }>({
    text: `
      SELECT (SELECT count(*) FROM pg_attribute
              WHERE attrelid = to_regclass($1)::oid AND attname IN ('name', 'applied_at') AND NOT attisdropped)::text AS present,
        (SELECT format_type(atttypid, NULL::int) FROM pg_attribute
         WHERE attrelid = to_regclass($2)::oid AND attname = 'data') AS payload`,
    values: [qualified(schema, 'migrations'), qualified(schema, 'events')],
  })
  const payload = PAYLOADS.find((known) => known === found?.payload) ?? null
  const applied = found?.present === '2' && payload !== null ? await readApplied(query, schema) : new Map()
  const known = MIGRATIONS.map(({ name }) => ({ name, appliedAt: applied.get(name) ?? null }))
  const unknown = [...applied].filter(([name]) => !MIGRATIONS.some((migration) => migration.name === name))
  return {
    migrations: [...known, ...unknown.map(([name, appliedAt]) => ({ name, appliedAt }))],
    payload: applied.size > 0 ? payload : null,
  }
}

/** Throws when a store with these settings cannot work on what was found; the message names the command that helps. */
export function checkSchemaState({ migrations, payload }: SchemaState, settings: SchemaSettings): void {
  const command = (name: string) => `eventstore ${name} --schema ${JSON.stringify(settings.schema)}`
  const where = `Schema ${JSON.stringify(settings.schema)}`
  if (migrations.every(({ appliedAt }) => appliedAt === null)) {
    throw new MigrationRequiredError(
      'missing',
      `${where} holds no event store. Create it with \`npx ${command('setup')}\` or \`await store.migrate()\`.`,
    )
  }
  checkNotNewer(migrations, settings.schema)
  const pending = migrations.filter(({ appliedAt }) => appliedAt === null)
  if (pending.length > 0) {
    throw new MigrationRequiredError(
      'older',
      `${where} is older than this version of pg-event-store: it lacks ${pending.map(({ name }) => name).join(', ')}. ` +
        `Bring it up to date with \`npx ${command('migrate')}\` or \`await store.migrate()\`.`,
    )
  }
  if (payload !== settings.payload) {
    throw new MigrationRequiredError(
      'payload',
      `${where} was initialized with payload '${payload}', the store was opened with '${settings.payload}'. ` +
        `Open it with { payload: '${payload}' }, or initialize another schema with ` +
        `\`npx eventstore init --schema NAME --payload ${settings.payload}\`.`,
    )
  }
}

/** Throws when a later version of the library has changed the schema. */
export function checkNotNewer(migrations: readonly Migration[], schema: string): void {
  const newer = migrations.filter(({ name }) => !MIGRATIONS.some((known) => known.name === name))
  if (newer.length === 0) return
  throw new MigrationRequiredError(
    'newer',
    `Schema ${JSON.stringify(schema)} is newer than this version of pg-event-store: it has ` +
      `${newer.map(({ name }) => name).join(', ')}. Install the version that made it: \`npm install pg-event-store@latest\`.`,
  )
}

async function readApplied(query: Query, schema: string): Promise<Map<string, Date>> {
  const rows = await query<{ name: string; millis: string }>({
    text: `
      SELECT name, floor(date_part('epoch', applied_at) * 1000::float8)::int8::text AS millis
      FROM ${qualified(schema, 'migrations')}
      ORDER BY name`,
  })
  return new Map(rows.map(({ name, millis }) => [name, new Date(Number(millis))]))
}
