import { EventStoreError } from '../../errors.ts'
import type { Query } from '../../postgres/executor.ts'
import { nameProblem } from '../../util/arguments.ts'

/** A database is no EventStore of Elixir's, or holds what this store cannot hold. */
class ElixirSourceError extends EventStoreError {
  readonly code = 'ELIXIR_SOURCE'
}

/** What is to be known of a source before anything is read from it. */
export interface ElixirFacts {
  /** Its last migration, as in `1.3.2`. */
  readonly version: string
  /** Whether data are JSON to the database, or bytes. */
  readonly data: 'json' | 'bytes'
  /** The position of its last event. */
  readonly head: number
  /** Whether streams can be soft deleted, which came in 1.1. */
  readonly deletes: boolean
  /** Whether times have no time zone, and are meant in UTC. */
  readonly naiveTimes: boolean
}

/** The columns that are read. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  streams: ['stream_id', 'stream_uuid', 'stream_version', 'created_at'],
  events: ['event_id', 'event_type', 'causation_id', 'correlation_id', 'data', 'metadata', 'created_at'],
  stream_events: ['event_id', 'stream_id', 'stream_version', 'original_stream_id', 'original_stream_version'],
  subscriptions: ['subscription_id', 'stream_uuid', 'subscription_name', 'last_seen', 'created_at'],
  snapshots: ['source_uuid', 'source_version', 'source_type', 'data', 'metadata', 'created_at'],
  schema_migrations: ['major_version', 'minor_version', 'patch_version'],
}

interface ColumnRow {
  readonly table: string
  readonly column: string
  readonly type: string
}

/** Looks at the tables of a schema. Throws ElixirSourceError unless all are there, and all names can be stored. */
export async function readElixirFacts(query: Query, schemaName: string, schema: string): Promise<ElixirFacts> {
  const columns = await query<ColumnRow>({
    text: `
      SELECT c.relname::text AS "table", a.attname::text AS "column", format_type(a.atttypid, NULL) AS type
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1::text AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped`,
    values: [schemaName],
  })
  checkColumns(columns, schemaName)
  await checkNames(query, schema)
  const [row] = await query<{ version: string | null; head: string }>({
    text: `
      SELECT
        (SELECT concat_ws('.', m.major_version, m.minor_version, m.patch_version) FROM ${schema}.schema_migrations m
         ORDER BY m.major_version DESC, m.minor_version DESC, m.patch_version DESC LIMIT 1) AS version,
        COALESCE((SELECT s.stream_version FROM ${schema}.streams s WHERE s.stream_id = 0), 0)::text AS head`,
  })
  const typeOf = (table: string, column: string) =>
    columns.find((found) => found.table === table && found.column === column)?.type
  return {
    version: row?.version ?? 'unknown',
    data: typeOf('events', 'data') === 'bytea' ? 'bytes' : 'json',
    head: Number(row?.head ?? 0),
    deletes: typeOf('streams', 'deleted_at') !== undefined,
    naiveTimes: typeOf('events', 'created_at') === 'timestamp without time zone',
  }
}

function checkColumns(columns: readonly ColumnRow[], schemaName: string): void {
  const missing = Object.entries(COLUMNS).flatMap(([table, names]) =>
    names
      .filter((name) => !columns.some((found) => found.table === table && found.column === name))
      .map((name) => `${table}.${name}`),
  )
  if (missing.length === 0) return
  const all = Object.values(COLUMNS).flat().length
  throw new ElixirSourceError(
    missing.length === all
      ? `There is no EventStore in schema ${schemaName} of the source. Name its database with --from, its schema with --from-schema.`
      : `Schema ${schemaName} of the source is no EventStore of version 1: it has no ${missing.join(', ')}. Run ` +
          '`mix event_store.migrate` there, or name another schema with --from-schema.',
  )
}

/** What could be named there and cannot be here. */
const NAMES = [
  ['stream', 'streams', 'stream_uuid'],
  ['event type', 'events', 'event_type'],
  ['subscription', 'subscriptions', 'subscription_name'],
  ['stream of a subscription', 'subscriptions', 'stream_uuid'],
  ['source of a snapshot', 'snapshots', 'source_uuid'],
  ['type of a snapshot', 'snapshots', 'source_type'],
] as const
const SHOWN = 3

/** All are looked at before anything is imported: half a store would help nobody. */
async function checkNames(query: Query, schema: string): Promise<void> {
  for (const [what, table, column] of NAMES) {
    const rows = await query<{ name: string }>({
      text: `
        SELECT DISTINCT t.${column}::text AS name FROM ${schema}.${table} t
        WHERE t.${column} = '' OR octet_length(t.${column}) > 1000 OR t.${column} ~ '[\\x01-\\x1f\\x7f-\\x9f]'
        ORDER BY 1 LIMIT 1000`,
    })
    const problems = rows.map(({ name }) => nameProblem(name)).filter((problem) => problem !== undefined)
    if (problems.length === 0) continue
    const more = problems.length > SHOWN ? `, and ${problems.length - SHOWN} more` : ''
    throw new ElixirSourceError(
      `The source has a name that cannot be stored. Expected each ${what} to be named by 1 to 1,000 bytes without control ` +
        `characters, found ${problems.slice(0, SHOWN).join(', ')}${more}. Nothing was imported. Rename it in ${table}.${column} of a copy.`,
    )
  }
}
