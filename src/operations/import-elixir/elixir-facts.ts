import type { Query } from '../../postgres/executor.ts'
import { nameProblem } from '../../util/arguments.ts'
import { checkColumns, readColumns, readVersion } from './elixir-columns.ts'
import { ElixirSourceError } from './elixir-source-error.ts'

/** Where data and metadata are. */
const CONTENTS = ['events.data', 'events.metadata', 'snapshots.data', 'snapshots.metadata'] as const
export type ContentColumn = (typeof CONTENTS)[number]

/** What is to be known of a source before anything is read from it. */
export interface ElixirFacts {
  /** Its last migration, as in `1.3.2`. Version 1.0 brought none: its last one is `0.17.0`. */
  readonly version: string
  /** Which columns hold bytes. What the others hold is JSON to the database. */
  readonly bytes: ReadonlySet<ContentColumn>
  /** The position of its last event. */
  readonly head: number
  /** Whether streams can be soft deleted, which came in 1.2. */
  readonly deletes: boolean
  /** Whether times have no time zone, and are meant in UTC. */
  readonly naiveTimes: boolean
  readonly startingOver: StartingOver
}

/** Subscriptions that have seen more than their stream has, as it was hard deleted: they start over when it is created again. */
export interface StartingOver {
  readonly count: number
  /** The first of them. */
  readonly examples: readonly { readonly stream: string; readonly name: string }[]
}

/** Looks at the tables of a schema. Throws ElixirSourceError unless all are there, and all names can be stored. */
export async function readElixirFacts(query: Query, schemaName: string, schema: string): Promise<ElixirFacts> {
  const columns = await readColumns(query, schemaName)
  await checkColumns(query, columns, schemaName, schema)
  await checkNames(query, schema)
  const [row] = await query<{ head: string }>({
    text: `SELECT COALESCE((SELECT s.stream_version FROM ${schema}.streams s WHERE s.stream_id = 0), 0)::text AS head`,
  })
  return {
    version: (await readVersion(query, columns, schema)) ?? 'unknown',
    bytes: new Set(CONTENTS.filter((column) => columns.get(column) === 'bytea')),
    head: Number(row?.head ?? 0),
    deletes: columns.has('streams.deleted_at'),
    naiveTimes: columns.get('events.created_at') === 'timestamp without time zone',
    startingOver: await readStartingOver(query, schema),
  }
}

/** A subscription `s` and the version of its stream `t`, none if that was hard deleted: whether it has seen an event that is there. */
export const SEEN = 's.last_seen BETWEEN 0 AND t.stream_version'

async function readStartingOver(query: Query, schema: string): Promise<StartingOver> {
  const rows = await query<{ stream: string; name: string; count: string }>({
    text: `
      SELECT s.stream_uuid::text AS stream, s.subscription_name::text AS name, count(*) OVER ()::text AS count
      FROM ${schema}.subscriptions s
      LEFT JOIN ${schema}.streams t ON t.stream_uuid = s.stream_uuid
      WHERE s.last_seen > 0 AND (${SEEN}) IS NOT TRUE
      ORDER BY s.stream_uuid::text COLLATE "C", s.subscription_name::text COLLATE "C"
      LIMIT ${SHOWN}`,
  })
  return { count: Number(rows[0]?.count ?? 0), examples: rows.map(({ stream, name }) => ({ stream, name })) }
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
