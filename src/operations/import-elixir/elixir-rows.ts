import type { Kind } from '../export/format.ts'
import { timeText } from '../export/lines.ts'
import { type ContentColumn, type ElixirFacts, SEEN } from './elixir-facts.ts'

/** Data or metadata as the driver gives them: the text of JSON, or bytes. */
export type ElixirContent = string | Uint8Array | null

export interface ElixirRows {
  readonly stream: {
    readonly key: string
    readonly name: string
    readonly created: string
    readonly deleted: string | null
  }
  readonly event: {
    readonly key: string
    /** Null with all that follows where an event is gone that had this position. */
    readonly stream: string | null
    readonly version: string
    readonly id: string | null
    readonly type: string
    readonly causation: string | null
    readonly correlation: string | null
    readonly created: string
    readonly data: ElixirContent
    readonly metadata: ElixirContent
  }
  readonly link: { readonly key: string; readonly version: string; readonly stream: string; readonly position: string }
  readonly version: { readonly key: string; readonly stream: string; readonly version: string }
  readonly snapshot: {
    readonly key: string
    readonly version: string
    readonly type: string
    readonly created: string
    readonly data: ElixirContent
    readonly metadata: ElixirContent
  }
  readonly subscription: {
    readonly key: string
    readonly stream: string
    readonly name: string
    readonly checkpoint: string
    readonly created: string
  }
}

/** For each kind the statement that selects its rows, in the order of the records. `schema` is a quoted identifier. */
export function elixirRows(schema: string, facts: ElixirFacts): Readonly<Record<Kind, string>> {
  const { deletes, naiveTimes, bytes } = facts
  const time = (column: string) => timeText(naiveTimes ? `(${column} AT TIME ZONE 'UTC')` : column)
  const column = (row: string, name: ContentColumn) => `${row}${bytes.has(name) ? '' : '::text'}`
  const content = (table: 'events' | 'snapshots', row: string) =>
    `${column(`${row}.data`, `${table}.data`)} AS data, ${column(`${row}.metadata`, `${table}.metadata`)} AS metadata`
  return {
    stream: `
      SELECT s.stream_id::text AS key, s.stream_uuid::text AS name, ${time('s.created_at')} AS created,
        ${deletes ? time('s.deleted_at') : 'NULL::text'} AS deleted
      FROM ${schema}.streams s
      WHERE s.stream_id > 0
      ORDER BY s.stream_id`,
    event: `
      SELECT a.stream_version::text AS key, s.stream_uuid::text AS stream, a.original_stream_version::text AS version,
        e.event_id::text AS id, e.event_type::text AS type, e.causation_id::text AS causation,
        e.correlation_id::text AS correlation, ${time('e.created_at')} AS created, ${content('events', 'e')}
      FROM ${schema}.stream_events a
      LEFT JOIN ${schema}.events e ON e.event_id = a.event_id
      LEFT JOIN ${schema}.streams s ON s.stream_id = a.original_stream_id
      WHERE a.stream_id = 0
      ORDER BY a.stream_version`,
    link: `
      SELECT l.stream_id::text AS key, l.stream_version::text AS version, s.stream_uuid::text AS stream,
        a.stream_version::text AS position
      FROM ${schema}.stream_events l
      JOIN ${schema}.streams s ON s.stream_id = l.stream_id
      ${stillThere(schema, 'l')}
      WHERE l.stream_id > 0 AND l.stream_id <> l.original_stream_id
      ORDER BY l.stream_id, l.stream_version`,
    version: `
      SELECT s.stream_id::text AS key, s.stream_uuid::text AS stream, s.stream_version::text AS version
      FROM ${schema}.streams s
      WHERE s.stream_version > COALESCE((
        SELECT l.stream_version FROM ${schema}.stream_events l
        ${stillThere(schema, 'l')}
        WHERE l.stream_id = s.stream_id
        ORDER BY l.stream_version DESC LIMIT 1), 0)
      ORDER BY s.stream_id`,
    snapshot: `
      SELECT s.source_uuid::text AS key, s.source_version::text AS version, s.source_type::text AS type,
        ${time('s.created_at')} AS created, ${content('snapshots', 's')}
      FROM ${schema}.snapshots s
      ORDER BY s.source_uuid::text COLLATE "C"`,
    subscription: `
      SELECT s.subscription_id::text AS key, s.stream_uuid::text AS stream, s.subscription_name::text AS name,
        (CASE WHEN ${SEEN} THEN s.last_seen ELSE 0 END)::text AS checkpoint, ${time('s.created_at')} AS created
      FROM ${schema}.subscriptions s
      LEFT JOIN ${schema}.streams t ON t.stream_uuid = s.stream_uuid
      ORDER BY s.stream_uuid::text COLLATE "C", s.subscription_name::text COLLATE "C"`,
  }
}

/** Joins the event of a place, its stream, and its place in `$all`: a hard delete leaves places without them. */
function stillThere(schema: string, place: string): string {
  return `JOIN ${schema}.stream_events a ON a.event_id = ${place}.event_id AND a.stream_id = 0
          JOIN ${schema}.events e ON e.event_id = ${place}.event_id
          JOIN ${schema}.streams o ON o.stream_id = ${place}.original_stream_id`
}
