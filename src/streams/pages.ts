import { StreamDeletedError, StreamNotFoundError } from '../errors.ts'
import type { EventTypes, RecordedEvent } from '../events.ts'
import type { Executor, Statement } from '../postgres/executor.ts'
import { Deadline } from '../util/deadline.ts'
import { type RecordedRow, recordedColumns, toRecordedEvent } from './recorded-row.ts'
import type { StoreContext } from './store-context.ts'
import { ALL } from './stream-name.ts'

/** Which events a page holds: at most `size` of them, from a number on, itself included. */
export interface PageRequest {
  readonly stream: string
  /** Which of several streams that had this name one after the other; unknown for the first page. */
  readonly streamId: string | undefined
  readonly direction: 'forwards' | 'backwards'
  readonly from: number
  readonly size: number
  readonly timeout: number
}

export interface EventPage<Types extends EventTypes> {
  readonly events: readonly RecordedEvent<Types>[]
  readonly streamId: string | undefined
}

/** No number of an event is larger. */
const MOST = Number.MAX_SAFE_INTEGER

interface PageRow extends RecordedRow {
  readonly read_stream_id?: string
}

/** Reads one page. An empty one rejects with StreamNotFoundError or StreamDeletedError when that is why. */
export async function readPage<Types extends EventTypes>(
  context: StoreContext,
  executor: Executor,
  request: PageRequest,
): Promise<EventPage<Types>> {
  const deadline = new Deadline(request.timeout)
  const page = await fetchPage<Types>(context, executor, request, deadline)
  if (page.events.length === 0 && request.stream !== ALL) await checkReadable(context, executor, request, deadline)
  return page
}

/** Reads one page, an empty one for whatever reason. */
export async function fetchPage<Types extends EventTypes>(
  context: StoreContext,
  executor: Executor,
  request: PageRequest,
  deadline: Deadline,
): Promise<EventPage<Types>> {
  const statement = request.stream === ALL ? pageOfAll(context, request) : pageOfStream(context, request)
  const rows = await executor.query<PageRow>(statement, deadline)
  return {
    events: rows.map((row) => toRecordedEvent<Types>(row, context.codec)),
    streamId: rows[0]?.read_stream_id ?? request.streamId,
  }
}

function pageOfAll({ schema, codec }: StoreContext, { direction, from, size }: PageRequest): Statement {
  const [reaches, order] = direction === 'forwards' ? ['>=', 'ASC'] : ['<=', 'DESC']
  return {
    text: `
      SELECT ${recordedColumns(codec)}, s.stream_name, e.position::text AS event_number
      FROM ${schema}.events e
      JOIN ${schema}.streams s ON s.stream_id = e.stream_id AND s.stream_name IS NOT NULL
      WHERE e.position ${reaches} $1::text::int8
      ORDER BY e.position ${order}
      LIMIT $2::text::int8`,
    values: [String(from), String(size)],
  }
}

/**
 * Own events and links share one numbering; links to events whose stream is being swept are gone already.
 *
 * The rows are bounded by comparing pairs, not by `stream_id =`: of a stream the planner expects as many events as streams have
 * on average, and would fetch and sort all the rest of a long one for every page.
 */
function pageOfStream({ schema, codec }: StoreContext, request: PageRequest): Statement {
  const { stream, streamId, direction, from, size } = request
  const [order, first, last] =
    direction === 'forwards' ? ['ASC', '$3::text::int8', MOST] : ['DESC', '0', '$3::text::int8']
  const within = (alias: string) => `
    (${alias}.stream_id, ${alias}.stream_version) >= ((SELECT stream_id FROM target), ${first})
    AND (${alias}.stream_id, ${alias}.stream_version) <= ((SELECT stream_id FROM target), ${last})
    ORDER BY ${alias}.stream_id ${order}, ${alias}.stream_version ${order}
    LIMIT $4::text::int8`
  return {
    text: `
      WITH target AS (
        SELECT stream_id, stream_name FROM ${schema}.streams
        WHERE stream_name = $1::text AND deleted_at IS NULL AND stream_id = COALESCE($2::text::int8, stream_id)
      )
      SELECT ${recordedColumns(codec)}, e.stream_name, e.event_number::text, (SELECT stream_id FROM target)::text AS read_stream_id
      FROM (
        (
          SELECT own.stream_version AS event_number, (SELECT stream_name FROM target), own.*
          FROM ${schema}.events own
          WHERE ${within('own')}
        )
        UNION ALL
        (
          SELECT l.stream_version, linked.*
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
      ORDER BY e.event_number ${order}
      LIMIT $4::text::int8`,
    values: [stream, streamId ?? null, String(from), String(size)],
  }
}

async function checkReadable(
  { schema }: StoreContext,
  executor: Executor,
  { stream, streamId }: PageRequest,
  deadline: Deadline,
): Promise<void> {
  const [row] = await executor.query<{ stream_id: string; deleted: string }>(
    {
      text: `
        SELECT stream_id::text, (deleted_at IS NOT NULL)::text AS deleted
        FROM ${schema}.streams
        WHERE stream_name = $1::text`,
      values: [stream],
    },
    deadline,
  )
  if (!row || (streamId !== undefined && row.stream_id !== streamId)) throw new StreamNotFoundError(stream)
  if (row.deleted === 'true') throw new StreamDeletedError(stream)
}
