import type { EventTypes } from '../events.ts'
import type { Executor } from '../postgres/executor.ts'
import { preparedStatement } from '../postgres/prepared-statement.ts'
import { type EventPage, fetchPage } from '../streams/pages.ts'
import type { StoreContext } from '../streams/store-context.ts'
import { Deadline } from '../util/deadline.ts'
import { Turnstile } from '../util/turnstile.ts'
import { PageCache } from './page-cache.ts'

/** How far somebody has read. */
export interface Cursor {
  /** Which of several streams that had the name one after the other; unknown until something of it was read. */
  readonly streamId: string | undefined
  /** The last event number that was read. */
  readonly after: number
}

/** What comes after a cursor. */
export interface NextEvents<Types extends EventTypes> {
  /** Undefined when nothing comes. */
  readonly page: EventPage<Types> | undefined
  readonly cursor: Cursor
  /** Nothing came after these when they were read. */
  readonly last: boolean
}

interface StreamStatus {
  readonly streamId: string
  readonly version: number
  readonly deleted: boolean
}

const TIMEOUT = 15_000
/** However many follow, they take so many of the pool's connections at a time: the others are for those who append and read. */
const READS_AT_A_TIME = 4

const STATUS = preparedStatement(
  (schema: string) => `
    SELECT v.stream_id::text, v.stream_version::text, (v.deleted_at IS NOT NULL)::text AS deleted
    FROM ${schema}.stream_versions v
    WHERE v.stream_name = $1::text`,
)

/** Reads on after cursors, for those who follow streams that may not be there yet, be deleted, or be created again. */
export class StreamReader {
  readonly #context: StoreContext
  readonly #executor: Executor
  readonly #isShared: (stream: string) => boolean
  readonly #cache = new PageCache<EventPage<EventTypes>>()
  readonly #turnstile = new Turnstile(READS_AT_A_TIME)

  /** `isShared` says whether several read a stream: then they share pages. */
  constructor(context: StoreContext, executor: Executor, isShared: (stream: string) => boolean) {
    this.#context = context
    this.#executor = executor
    this.#isShared = isShared
  }

  /** The cursor behind the last event that is stored now. */
  async end(stream: string): Promise<Cursor> {
    const status = await this.#status(stream)
    return { streamId: status?.streamId, after: status?.version ?? 0 }
  }

  /** Up to `size` events after the cursor. A stream that is missing or soft deleted has none. */
  async next<Types extends EventTypes>(stream: string, cursor: Cursor, size: number): Promise<NextEvents<Types>> {
    const page = await this.#page(stream, cursor, size)
    if (page.length > 0) return advance(page)
    const status = await this.#status(stream)
    if (!status) return nothing(cursor)
    if (cursor.streamId !== undefined && cursor.streamId !== status.streamId) {
      return this.next(stream, { streamId: status.streamId, after: 0 }, size)
    }
    const { streamId, version, deleted } = status
    if (deleted || version <= cursor.after) return nothing({ streamId, after: cursor.after })
    // Something came meanwhile, or a hard delete left a hole up to the version: then it need not be looked across again.
    const again = await this.#page(stream, { streamId, after: cursor.after }, size)
    if (again.length > 0) return advance(again)
    return nothing({ streamId, after: version })
  }

  #page(stream: string, { streamId, after }: Cursor, size: number): Promise<EventPage<EventTypes>> {
    const request = { stream, streamId, direction: 'forwards', from: after + 1, size, timeout: TIMEOUT } as const
    const fetch = () =>
      this.#turnstile.run(() => fetchPage<EventTypes>(this.#context, this.#executor, request, new Deadline(TIMEOUT)))
    // The cache's dead tables would keep the pages of who reads alone from being collected young.
    return this.#isShared(stream) ? this.#cache.read(JSON.stringify([stream, streamId, after, size]), fetch) : fetch()
  }

  async #status(stream: string): Promise<StreamStatus | undefined> {
    const statement = STATUS([stream], this.#context.schema)
    const [row] = await this.#turnstile.run(() => this.#executor.readRows(statement, new Deadline(TIMEOUT)))
    if (!row) return undefined
    const [streamId, version, deleted] = row
    return { streamId: String(streamId), version: Number(version), deleted: deleted === 'true' }
  }
}

function advance<Types extends EventTypes>(page: EventPage<EventTypes>): NextEvents<Types> {
  const { streamId, last: after = 0, full } = page
  return { page: page as EventPage<Types>, cursor: { streamId, after }, last: !full }
}

function nothing<Types extends EventTypes>(cursor: Cursor): NextEvents<Types> {
  return { page: undefined, cursor, last: true }
}
