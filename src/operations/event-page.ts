import type { Payload } from '../options.ts'
import { ALL } from '../streams/stream-name.ts'
import { type SummaryRow, summariesOf, toSummary } from './event-summary.ts'
import type { Operations } from './operations.ts'
import type { EventPage } from './shown.ts'

/** Events that are looked at for one page of those that fit a filter. */
const MOST_LOOKED_AT = 20_000

/** Which events a page holds. */
export interface EventPageRequest {
  /** May be `$all`. */
  readonly stream: string
  /** The first event number, itself included; the beginning or the end by default, as the direction is. */
  readonly from?: number | undefined
  readonly direction: 'forwards' | 'backwards'
  readonly limit: number
  readonly filter?: EventFilter | undefined
}

/** What events must have, each of it. */
interface EventFilter {
  readonly type?: string | undefined
  /** A text that the name of the stream contains to which the event was appended. */
  readonly streamContains?: string | undefined
  readonly correlationId?: string | undefined
  readonly causationId?: string | undefined
}

type Row = { readonly nth: string | null; readonly total: string; readonly beyond: string | null } & {
  readonly [Column in keyof SummaryRow]: SummaryRow[Column] | null
}

/** Reads one page of a stream; of one that is missing or soft deleted it is empty. */
export async function readEventPage(
  { query, schema }: Operations,
  payload: Payload,
  { stream, direction, limit, filter = {}, from }: EventPageRequest,
): Promise<EventPage> {
  const { type, streamContains, correlationId, causationId } = filter
  const filters = [type, streamContains, correlationId, causationId].map((value) => value ?? null)
  const look = filters.some((value) => value !== null) ? MOST_LOOKED_AT : limit
  const first = from ?? (direction === 'forwards' ? 1 : Number.MAX_SAFE_INTEGER)
  const numbers = [first, look, limit].map(String)
  const source = stream === ALL ? allSource(schema, direction) : streamSource(schema, direction)
  const rows = await query<Row>({
    text: pageText(schema, payload, source),
    values: [...numbers, ...filters, ...(stream === ALL ? [] : [stream])],
  })
  const found = rows.filter(isFound)
  const total = Number(rows[0]?.total ?? 0)
  const beyond = rows[0]?.beyond ?? null
  const further = found[limit]
  return {
    events: found.slice(0, limit).map((row) => toSummary(row, payload)),
    next: further ? Number(further.number) : beyond === null ? null : Number(beyond),
    looked: further ? Number(further.nth) - 1 : Math.min(total, look),
  }
}

function isFound(row: Row): row is Row & SummaryRow {
  return row.nth !== null
}

/** How a page is read from: `number` and `position` of the next events, at most one more than are looked at. */
function allSource(schema: string, direction: EventPageRequest['direction']): string {
  const [reaches, order] = direction === 'forwards' ? ['>=', 'ASC'] : ['<=', 'DESC']
  return `
    looked AS MATERIALIZED (
      SELECT r.number, r.position, row_number() OVER (ORDER BY r.number ${order}) AS nth
      FROM (
        SELECT e.position AS number, e.position
        FROM ${schema}.events e
        WHERE e.position ${reaches} $1::text::int8
        ORDER BY e.position ${order}
        LIMIT $2::text::int8 + 1
      ) r
    )`
}

/** Own events and links share one numbering. Pairs are compared, so that no more of a long stream is looked at than is asked for. */
function streamSource(schema: string, direction: EventPageRequest['direction']): string {
  const [order, first, last] =
    direction === 'forwards' ? ['ASC', '$1::text::int8', Number.MAX_SAFE_INTEGER] : ['DESC', '0', '$1::text::int8']
  const within = (alias: string) => `
        WHERE (${alias}.stream_id, ${alias}.stream_version) >= ((SELECT t.stream_id FROM target t), ${first})
          AND (${alias}.stream_id, ${alias}.stream_version) <= ((SELECT t.stream_id FROM target t), ${last})
        ORDER BY ${alias}.stream_id ${order}, ${alias}.stream_version ${order}
        LIMIT $2::text::int8 + 1`
  return `
    target AS (
      SELECT s.stream_id FROM ${schema}.streams s WHERE s.stream_name = $8::text AND s.deleted_at IS NULL
    ),
    looked AS MATERIALIZED (
      SELECT r.number, r.position, row_number() OVER (ORDER BY r.number ${order}) AS nth
      FROM (
        SELECT b.number, b.position
        FROM (
          (SELECT e.stream_version AS number, e.position FROM ${schema}.events e ${within('e')})
          UNION ALL
          (SELECT l.stream_version, l.position FROM ${schema}.links l ${within('l')})
        ) b
        ORDER BY b.number ${order}
        LIMIT $2::text::int8 + 1
      ) r
    )`
}

/** Each event is joined by itself: a plan for all of them together would depend on what the server believes of the tables. */
function pageText(schema: string, payload: Payload, source: string): string {
  return `
    WITH ${source},
    picked AS MATERIALIZED (
      SELECT k.number, k.position, k.nth, s.stream_name, pg_catalog.pg_column_size(e.data) AS size
      FROM looked k
      CROSS JOIN LATERAL (SELECT o.* FROM ${schema}.events o WHERE o.position = k.position OFFSET 0) e
      CROSS JOIN LATERAL (
        SELECT n.stream_name FROM ${schema}.streams n WHERE n.stream_id = e.stream_id AND n.stream_name IS NOT NULL OFFSET 0
      ) s
      WHERE k.nth <= $2::text::int8
        AND ($4::text IS NULL OR e.event_type = $4::text)
        AND ($5::text IS NULL OR strpos(s.stream_name, $5::text) > 0)
        AND ($6::text IS NULL OR e.correlation_id = $6::text::uuid)
        AND ($7::text IS NULL OR e.causation_id = $7::text::uuid)
      ORDER BY k.nth
      LIMIT $3::text::int8 + 1
    )
    SELECT b.total::text, b.beyond::text, r.*
    FROM (
      SELECT count(*) AS total, max(k.number) FILTER (WHERE k.nth > $2::text::int8) AS beyond FROM looked k
    ) b
    LEFT JOIN (${summariesOf(schema, payload)}) r ON true
    ORDER BY r.nth`
}
