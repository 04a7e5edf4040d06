import type { Statement } from '../postgres/executor.ts'
import { preparedStatement } from '../postgres/prepared-statement.ts'
import type { PageRequest } from './pages.ts'
import { type ColumnCast, recordedColumns } from './recorded-row.ts'
import type { StoreContext } from './store-context.ts'
import { ALL } from './stream-name.ts'

type Direction = PageRequest['direction']
type Payload = StoreContext['codec']['payload']
type PageKey = [schema: string, payload: Payload, cast: ColumnCast, direction: Direction, limit: string]

/** No number of an event is larger. */
const MOST = Number.MAX_SAFE_INTEGER

/** Sizes of pages that are asked for again and again. With its limit in the text, the plan of a statement can be kept. */
const USUAL_SIZES = new Set([1, 500, 1_000])

/**
 * The statement that reads one page: the columns of `recordedColumns`, of a stream also `event_number` and `read_stream_id`. Of a
 * stream's own events the stream's name and the number are NULL: who reads knows them.
 */
export function pageStatement(context: StoreContext, request: PageRequest): Statement {
  return { ...pageWith(context, request, ''), asText: () => pageWith(context, request, '::text') }
}

function pageWith({ schema, codec: { payload } }: StoreContext, request: PageRequest, cast: ColumnCast): Statement {
  const { stream, streamId, direction, from, size } = request
  const values = stream === ALL ? [String(from)] : [String(from), stream, streamId ?? null]
  const textOf = stream === ALL ? PAGE_OF_ALL : PAGE_OF_STREAM
  if (USUAL_SIZES.has(size)) return textOf(values, schema, payload, cast, direction, String(size))
  const { text } = textOf([], schema, payload, cast, direction, `$${values.length + 1}::text::int8`)
  return { text, values: [...values, String(size)] }
}

/**
 * The join is made for each event by itself: one of all streams at once would sort the rest of `$all` for every page. The position
 * is a query of its own: a planner that knew it would find each plan for the end of `$all` worth making anew, for longer than it runs.
 */
const PAGE_OF_ALL = preparedStatement((...[schema, payload, cast, direction, limit]: PageKey) => {
  const [reaches, order] = direction === 'forwards' ? ['>=', 'ASC'] : ['<=', 'DESC']
  return `
    SELECT ${recordedColumns(payload, cast)}
    FROM ${schema}.events e
    CROSS JOIN LATERAL (
      SELECT s.stream_name FROM ${schema}.streams s WHERE s.stream_id = e.stream_id AND s.stream_name IS NOT NULL OFFSET 0
    ) s
    WHERE e.position ${reaches} (SELECT $1::text::int8)
    ORDER BY e.position ${order}
    LIMIT ${limit}`
})

/**
 * Own events and links share one numbering; links to events whose stream is being swept are gone already.
 *
 * The rows are bounded by comparing pairs, not by `stream_id =`: of a stream the planner expects as many events as streams have
 * on average, and would fetch and sort all the rest of a long one for every page. Both halves and the whole have one order, so
 * that they are merged, not sorted.
 */
const PAGE_OF_STREAM = preparedStatement((...[schema, payload, cast, direction, limit]: PageKey) => {
  const [order, first, last] =
    direction === 'forwards' ? ['ASC', '$1::text::int8', MOST] : ['DESC', '0', '$1::text::int8']
  const within = (alias: string) => `
    (${alias}.stream_id, ${alias}.stream_version) >= ((SELECT stream_id FROM target), ${first})
    AND (${alias}.stream_id, ${alias}.stream_version) <= ((SELECT stream_id FROM target), ${last})
    ORDER BY ${alias}.stream_id ${order}, ${alias}.stream_version ${order}
    LIMIT ${limit}`
  return `
    WITH target AS (
      SELECT stream_id FROM ${schema}.streams
      WHERE stream_name = $2::text AND deleted_at IS NULL AND stream_id = COALESCE($3::text::int8, stream_id)
    )
    SELECT ${recordedColumns(payload, cast)}, s.event_number${cast}, e.read_stream_id${cast}
    FROM (
      (
        SELECT own.stream_id AS read_stream_id, own.stream_version AS number, NULL::int8 AS event_number, NULL AS stream_name, own.*
        FROM ${schema}.events own
        WHERE ${within('own')}
      )
      UNION ALL
      (
        SELECT l.stream_id, l.stream_version, l.stream_version, linked.*
        FROM ${schema}.links l
        CROSS JOIN LATERAL (
          SELECT source.stream_name, e.*
          FROM ${schema}.events e
          JOIN ${schema}.streams source ON source.stream_id = e.stream_id
          WHERE e.position = l.position AND source.stream_name IS NOT NULL
          OFFSET 0
        ) linked
        WHERE ${within('l')}
      )
    ) e
    CROSS JOIN LATERAL (SELECT e.stream_name, e.event_number) s
    ORDER BY e.read_stream_id ${order}, e.number ${order}
    LIMIT ${limit}`
})
