import type { Payload } from '../options.ts'
import { contentText, startOf, wholeOf } from './content-text.ts'
import type { Operations } from './operations.ts'
import type { EventSummary } from './shown.ts'

/** Characters of an event's data that a list shows. */
export const PREVIEW = 200
/** Bytes of stored data that are looked into for one list, the smallest first. */
const LOOKED_INTO = 16 * 1024 * 1024
/** Types have 1,000 bytes at most, unless somebody else has written them. */
const LONGEST_TYPE = 1_000

/** A row as `summariesOf` selects it. */
export interface SummaryRow {
  readonly number: string
  readonly position: string
  readonly stream_name: string
  readonly stream_version: string
  readonly type: string
  readonly id: string
  readonly causation_id: string | null
  readonly correlation_id: string | null
  readonly created_at: string
  readonly preview: string | null
  readonly bytes: string
}

/**
 * SQL that selects a SummaryRow and `nth` for each row of a table `picked` (number, position, nth, stream_name, size: that of the
 * data as it is stored).
 */
export function summariesOf(schema: string, payload: Payload): string {
  return `
    SELECT p.nth, p.number::text, e.position::text, p.stream_name, e.stream_version::text,
      left(e.event_type, ${LONGEST_TYPE}) AS type, e.event_id::text AS id, e.causation_id::text, e.correlation_id::text,
      round(date_part('epoch', e.created_at) * 1000::float8)::int8::text AS created_at,
      ${startOf(payload, 'c.whole', PREVIEW)} AS preview, COALESCE(octet_length(c.whole), p.size)::text AS bytes
    FROM (SELECT k.*, sum(k.size) OVER (ORDER BY k.size, k.nth) AS running FROM picked k) p
    CROSS JOIN LATERAL (SELECT o.* FROM ${schema}.events o WHERE o.position = p.position OFFSET 0) e
    CROSS JOIN LATERAL (
      SELECT CASE WHEN p.running <= ${LOOKED_INTO} THEN ${wholeOf(payload, 'e.data')} END AS whole OFFSET 0
    ) c`
}

export function toSummary(row: SummaryRow, payload: Payload): EventSummary {
  return {
    position: Number(row.position),
    eventNumber: Number(row.number),
    streamName: row.stream_name,
    streamVersion: Number(row.stream_version),
    type: row.type,
    id: row.id,
    causationId: row.causation_id,
    correlationId: row.correlation_id,
    createdAt: new Date(Number(row.created_at)).toISOString(),
    preview: row.preview === null ? null : contentText(payload, row.preview, PREVIEW),
    bytes: Number(row.bytes),
  }
}

/** The events at these positions, in the order of `$all`. */
export async function readSummaries(
  { query, schema }: Operations,
  payload: Payload,
  positions: readonly number[],
): Promise<readonly EventSummary[]> {
  const rows = await query<SummaryRow>({
    text: `
      WITH picked AS MATERIALIZED (
        SELECT o.position AS number, o.position, o.position AS nth, s.stream_name, pg_catalog.pg_column_size(o.data) AS size
        FROM pg_catalog.unnest($1::text::int8[]) AS asked (position)
        CROSS JOIN LATERAL (SELECT e.* FROM ${schema}.events e WHERE e.position = asked.position OFFSET 0) o
        JOIN ${schema}.streams s ON s.stream_id = o.stream_id AND s.stream_name IS NOT NULL
      )
      SELECT r.* FROM (${summariesOf(schema, payload)}) r ORDER BY r.nth`,
    values: [`{${positions.join(',')}}`],
  })
  return rows.map((row) => toSummary(row, payload))
}
