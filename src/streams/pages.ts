import { StreamDeletedError, StreamNotFoundError } from '../errors.ts'
import type { EventTypes, RecordedEvent } from '../events.ts'
import type { Executor } from '../postgres/executor.ts'
import { Deadline } from '../util/deadline.ts'
import { pageStatement } from './page-statement.ts'
import { RECORDED_COLUMNS, toRecordedEvent } from './recorded-row.ts'
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

/** Where a row says which number its event has: of `$all` it is the position, the first column. */
const POSITION = 0
const EVENT_NUMBER = RECORDED_COLUMNS
const READ_STREAM_ID = RECORDED_COLUMNS + 1

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
  const rows = await executor.readRows(pageStatement(context, request), deadline)
  const numbered = request.stream === ALL ? POSITION : EVENT_NUMBER
  return {
    events: rows.map((row) => toRecordedEvent<Types>(row, context.codec, request.stream, row[numbered] ?? null)),
    streamId: rows[0]?.[READ_STREAM_ID] ?? request.streamId,
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
