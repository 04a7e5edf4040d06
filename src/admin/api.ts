/**
 * What the admin server answers, and what it is asked: the types that the server and the page share. All of it is JSON; times are
 * ISO 8601 strings, numbers of events are exact. Errors are answered with a status of 400 or more and an `ApiFailure`.
 */

/** Why a request was refused or failed. */
export interface ApiFailure {
  readonly error: { readonly code: ApiErrorCode; readonly message: string }
}

/** The server's own codes; others are those of the store's errors, as STREAM_NOT_FOUND, CONNECTION or TIMEOUT. */
export type ApiErrorCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FOREIGN_HOST'
  | 'FOREIGN_ORIGIN'
  | 'READ_ONLY'
  | 'NOT_FOUND'
  | 'NOT_BUILT'
  | 'EVENT_NOT_FOUND'
  | 'SNAPSHOT_NOT_FOUND'
  | 'SUBSCRIPTION_NOT_FOUND'
  | 'CHECKPOINT_AHEAD'
  | 'METHOD_NOT_ALLOWED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'TOO_LARGE'
  | 'UNEXPECTED'
  | (string & {})

/** GET /api/store */
export interface StoreFacts {
  /** Of this package. */
  readonly version: string
  /** The version of PostgreSQL, as in '15.18'. */
  readonly server: string
  /** Where it is, as in 'localhost:5432'. */
  readonly address: string
  readonly database: string
  readonly schema: string
  readonly payload: 'json' | 'jsonb' | 'bytea'
  /** The position of the last event. */
  readonly head: number
  readonly allowWrites: boolean
}

/** GET /api/stats: sizes in bytes. */
export interface StoreStats {
  readonly head: number
  readonly streams: number
  readonly deletedStreams: number
  readonly links: number
  readonly subscriptions: number
  readonly snapshots: number
  readonly payload: string
  readonly server: string
  readonly tables: readonly { readonly table: string; readonly bytes: number; readonly indexBytes: number }[]
  /** How many events were appended in the last so many seconds. */
  readonly rates: readonly { readonly seconds: number; readonly events: number }[]
}

/** One page of a longer list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly page: number
  readonly pageSize: number
  readonly totalItems: number
  readonly totalPages: number
}

/** GET /api/streams gives pages of them, `$all` among them; GET /api/stream?name= one, soft deleted or not. */
export interface StreamInfo {
  readonly name: string
  /** Of `$all`: the head. */
  readonly version: number
  readonly status: 'active' | 'deleted'
  readonly createdAt: string
  readonly deletedAt: string | null
}

export type StreamSort = 'name' | 'version' | 'createdAt' | 'deletedAt'
export type SortDirection = 'ascending' | 'descending'

/** An event without its data. */
export interface EventSummary {
  readonly position: number
  /** Its number in the stream that it was read from: the position in `$all`, else its version there. */
  readonly eventNumber: number
  /** The stream that it was appended to, and its version there. */
  readonly streamName: string
  readonly streamVersion: number
  readonly type: string
  readonly id: string
  readonly causationId: string | null
  readonly correlationId: string | null
  readonly createdAt: string
  /** The first 200 characters of the data as text; null where a list has so much data that this event's is not looked into. */
  readonly preview: string | null
  /** Of the data as text; where `preview` is null, as it is stored, perhaps compressed. */
  readonly bytes: number
}

/** GET /api/events */
export interface EventPage {
  readonly events: readonly EventSummary[]
  /** The `from` of the next page; null when there is no more. With filters a page may be empty and yet have one. */
  readonly next: number | null
  /** How many events were looked at for this page. */
  readonly looked: number
}

/** GET /api/event?id= */
export interface EventDetail extends EventSummary {
  /** JSON text, indented, the first 256 KB; bytes that are not text as `\x` and hexadecimal digits. */
  readonly data: string
  readonly metadata: string
  /** Of the whole, not indented. */
  readonly dataBytes: number
  readonly metadataBytes: number
  /** Whether data or metadata is longer than what is given: /api/event/content gives all of it. */
  readonly truncated: boolean
  /** The streams that link it, at most 100. */
  readonly links: readonly { readonly streamName: string; readonly streamVersion: number }[]
}

/** GET /api/event/content?id=&part= and /api/snapshot/content?id=&part= give all of it, to be saved. */
export type ContentPart = 'data' | 'metadata'

/** GET /api/chain?id= */
export interface Chain {
  /** The id of the event that was asked for. */
  readonly focus: string
  /** It, what caused it, what it caused, and what has its correlation id, by position. `eventNumber` is the position. */
  readonly events: readonly EventSummary[]
  /** Ids of a cause and its effect, both among `events`; cycles are possible, as ids are the callers'. */
  readonly edges: readonly (readonly [cause: string, effect: string])[]
  /** Causation ids of `events` that are not stored. */
  readonly missing: readonly string[]
  /** Whether all there is was found: false when a limit was reached, or the time was over. */
  readonly complete: boolean
  /** Effects and relatives were looked for up to this position. */
  readonly searchedTo: number
}

/**
 * GET /api/live: `appended` with `EventSummary[]`, `skipped` with `SkippedEvents` when there were more than fit, and `state` with a
 * `LiveState` whenever that changes, the first at once.
 */
export interface SkippedEvents {
  readonly from: number
  readonly to: number
}

/** Whether the server reaches the database. Also sent by GET /api/samples. */
export interface LiveState {
  readonly connected: boolean
  /** Why not. */
  readonly message: string | null
}

/** GET /api/subscriptions gives all of them, by stream and name. */
export interface SubscriptionRow {
  readonly stream: string
  readonly name: string
  readonly checkpoint: number
  /** The version of the stream; of `$all` the last position. */
  readonly head: number
  readonly lag: number
  /** Which session of the server holds it, as in 'pid 4711, shop, 10.0.0.5'; null when nobody does. */
  readonly holder: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

/** GET /api/samples: first `history` with `Sample[]`, then `sample` with a `Sample` every two seconds, and `state` as above. */
export interface Sample {
  readonly time: string
  readonly head: number
  /** At most 100, those that lag most first. */
  readonly subscriptions: readonly SubscriptionSample[]
}

interface SubscriptionSample {
  readonly stream: string
  readonly name: string
  readonly checkpoint: number
  readonly lag: number
}

/** GET /api/snapshots gives pages of them. */
export interface SnapshotInfo {
  readonly sourceId: string
  readonly sourceType: string
  readonly sourceVersion: number
  readonly createdAt: string
  /** Of data and metadata, as they are stored. */
  readonly bytes: number
}

/** GET /api/snapshot?id=; data and metadata as in EventDetail. */
export interface SnapshotDetail {
  readonly sourceId: string
  readonly sourceType: string
  readonly sourceVersion: number
  readonly createdAt: string
  readonly data: string
  readonly metadata: string
  readonly dataBytes: number
  readonly metadataBytes: number
  readonly truncated: boolean
}

type ExpectedVersion = number | 'any' | 'no-stream' | 'stream-exists'

/** POST /api/streams/append */
export interface AppendRequest {
  readonly stream: string
  readonly expectedVersion: ExpectedVersion
  readonly events: readonly NewEvent[]
}

interface NewEvent {
  readonly type: string
  readonly data: unknown
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly id?: string
  readonly causationId?: string
  readonly correlationId?: string
}

export interface AppendAnswer {
  readonly streamVersion: number
  readonly position: number
}

/** POST /api/streams/delete; answered by `{}`. */
export interface DeleteStreamRequest {
  readonly name: string
  readonly mode: 'soft' | 'hard'
  readonly expectedVersion: Exclude<ExpectedVersion, 'no-stream'>
}

/** POST /api/subscriptions/reset */
export interface ResetSubscriptionRequest {
  readonly stream: string
  readonly name: string
  /** The event number to go on after; 0 for the beginning. */
  readonly to: number
}

export interface ResetSubscriptionAnswer {
  /** The checkpoint before. */
  readonly before: number
}

/** POST /api/subscriptions/delete; answered by `{}`. */
export interface DeleteSubscriptionRequest {
  readonly stream: string
  readonly name: string
}

/** POST /api/snapshots/delete; answered by `{}`. */
export interface DeleteSnapshotRequest {
  readonly id: string
}
