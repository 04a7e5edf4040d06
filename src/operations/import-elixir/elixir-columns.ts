import type { Query } from '../../postgres/executor.ts'
import { ElixirSourceError } from './elixir-source-error.ts'

/** The columns that are read. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  streams: ['stream_id', 'stream_uuid', 'stream_version', 'created_at'],
  events: ['event_id', 'event_type', 'causation_id', 'correlation_id', 'data', 'metadata', 'created_at'],
  stream_events: ['event_id', 'stream_id', 'stream_version', 'original_stream_id', 'original_stream_version'],
  subscriptions: ['subscription_id', 'stream_uuid', 'subscription_name', 'last_seen', 'created_at'],
  snapshots: ['source_uuid', 'source_version', 'source_type', 'data', 'metadata', 'created_at'],
  schema_migrations: ['major_version', 'minor_version', 'patch_version'],
}

/** The types of a schema's columns by their names: `events.data` is `bytea`. */
export type Columns = ReadonlyMap<string, string>

export async function readColumns(query: Query, schemaName: string): Promise<Columns> {
  const rows = await query<{ name: string; type: string }>({
    text: `
      SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, NULL) AS type
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1::text AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped`,
    values: [schemaName],
  })
  return new Map(rows.map(({ name, type }) => [name, type]))
}

/** The last migration of a schema; undefined where none is told. */
export async function readVersion(query: Query, columns: Columns, schema: string): Promise<string | undefined> {
  if (missing(columns).some((name) => name.startsWith('schema_migrations.'))) return undefined
  const [row] = await query<{ version: string }>({
    text: `
      SELECT concat_ws('.', m.major_version, m.minor_version, m.patch_version) AS version
      FROM ${schema}.schema_migrations m
      ORDER BY m.major_version DESC, m.minor_version DESC, m.patch_version DESC
      LIMIT 1`,
  })
  return row?.version
}

/** Throws ElixirSourceError, which says what to do, unless all that is read is there. */
export async function checkColumns(query: Query, columns: Columns, schemaName: string, schema: string): Promise<void> {
  if (missing(columns).length === 0) return
  if (!columns.has('streams.stream_uuid')) {
    throw new ElixirSourceError(
      `There is no EventStore of Elixir's in schema ${JSON.stringify(schemaName)} of the source. ${await adviseSchema(query)}`,
    )
  }
  const version = await readVersion(query, columns, schema)
  throw new ElixirSourceError(
    `The EventStore in schema ${JSON.stringify(schemaName)} of the source${version === undefined ? '' : ` (version ${version})`} has ` +
      `${describeMissing(columns)}, as those of version 1 have. Upgrade it, or a copy of it: install EventStore 1.4, and run ` +
      '`mix event_store.migrate`. Then import again.',
  )
}

function missing(columns: Columns): readonly string[] {
  return Object.entries(COLUMNS).flatMap(([table, names]) =>
    names.map((name) => `${table}.${name}`).filter((name) => !columns.has(name)),
  )
}

/** Tables of which nothing is there are named as such. */
function describeMissing(columns: Columns): string {
  const names = [...columns.keys()]
  const hasTable = (table: string) => names.some((name) => name.startsWith(`${table}.`))
  const tables = Object.keys(COLUMNS).filter((table) => !hasTable(table))
  const rest = missing(columns).filter((name) => hasTable(name.slice(0, name.indexOf('.'))))
  return [...tables.map((table) => `no table ${table}`), ...rest.map((name) => `no column ${name}`)].join(', ')
}

async function adviseSchema(query: Query): Promise<string> {
  const rows = await query<{ name: string }>({
    text: `
      SELECT n.nspname::text AS name
      FROM pg_namespace n
      WHERE EXISTS (
          SELECT FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
          WHERE c.relnamespace = n.oid AND c.relname = 'streams' AND a.attname = 'stream_uuid')
        AND EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'events')
      ORDER BY 1
      LIMIT 3`,
  })
  if (rows.length === 0) return 'Name its database with --from, its schema with --from-schema.'
  const schemas = rows.map(({ name }) => JSON.stringify(name)).join(' and ')
  return `There is one in ${schemas}: name it with --from-schema.`
}
