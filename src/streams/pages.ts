import { StreamDeletedError, StreamNotFoundError } from '../errors.ts'
import type { EventTypes, RecordedEvent } from '../events.ts'
import type { Executor, TextRow } from '../postgres/executor.ts'
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

/** Where a row says which number its event has: of `$all` it is the position; of a stream's own events the version. */
const POSITION = 0
const STREAM_VERSION = 2
const EVENT_NUMBER = RECORDED_COLUMNS
const READ_STREAM_ID = RECORDED_COLUMNS + 1

/**
 * Events that were read together. They are made of their rows when they are asked for: before that, who reads on sends for the next
 * page, so that the server does not wait for him.
 */
export class EventPage<Types extends EventTypes> {
  readonly length: number
  /** Whether it holds as many events as were asked for. */
  readonly full: boolean
  /** The number of its last event. */
  readonly last: number | undefined
  readonly streamId: string | undefined
  readonly #eventOf: (row: TextRow) => RecordedEvent
  #rows: readonly TextRow[]
  #events: readonly RecordedEvent[] | undefined

  constructor({ codec }: StoreContext, { stream, streamId, size }: PageRequest, rows: readonly TextRow[]) {
    const numbered = stream === ALL ? POSITION : EVENT_NUMBER
    const last = rows.at(-1)
    this.length = rows.length
    this.full = rows.length === size
    this.last = last && Number(last[numbered] ?? last[STREAM_VERSION])
    this.streamId = last?.[READ_STREAM_ID] ?? streamId
    this.#eventOf = (row) => toRecordedEvent(row, codec, stream, row[numbered] ?? null)
    this.#rows = rows
  }

  /** Throws what the serializer throws. */
  get events(): readonly RecordedEvent<Types>[] {
    this.#events ??= this.#rows.map(this.#eventOf)
    this.#rows = []
    return this.#events as readonly RecordedEvent<Types>[]
  }
}

/** Reads one page. An empty one rejects with StreamNotFoundError or StreamDeletedError when that is why. */
export async function readPage<Types extends EventTypes>(
  context: StoreContext,
  executor: Executor,
  request: PageRequest,
): Promise<EventPage<Types>> {
  const deadline = new Deadline(request.timeout)
  const page = await fetchPage<Types>(context, executor, request, deadline)
  if (page.length === 0 && request.stream !== ALL) await checkReadable(context, executor, request, deadline)
  return page
}

/** Reads one page, an empty one for whatever reason. */
export async function fetchPage<Types extends EventTypes>(
  context: StoreContext,
  executor: Executor,
  request: PageRequest,
  deadline: Deadline,
): Promise<EventPage<Types>> {
  return new EventPage<Types>(context, request, await executor.readRows(pageStatement(context, request), deadline))
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
