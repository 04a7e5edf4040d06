/**
 * What the admin server answers, and what it is asked: the types that the server and the page share. All of it is JSON; times are
 * ISO 8601 strings, numbers of events are exact. Errors are answered with a status of 400 or more and an `ApiFailure`.
 *
 * What is answered as the operations find it stands with them, once:
 *
 *   GET /api/stats           StoreStats
 *   GET /api/events          EventPage; `next` is the `from` of the next page
 *   GET /api/chain?id=       Chain
 *   GET /api/subscriptions   SubscriptionRow[], all of them, by stream and name
 *   GET /api/samples?after=  server-sent: `history` with a SampleHistory, `sample` with a Sample every two seconds, `state` as below
 */
import type { EventLink, EventSummary } from '../operations/shown.ts'
import type { StreamInfo as StoredStream } from '../results.ts'

export type {
  Chain,
  EventPage,
  EventSummary,
  Sample,
  Stats as StoreStats,
  SubscriptionRow,
} from '../operations/shown.ts'
export type { AppendResult as AppendAnswer, Page } from '../results.ts'

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

/** GET /api/streams gives pages of them, `$all` among them; GET /api/stream?name= one, soft deleted or not. */
export type StreamInfo = Sent<StoredStream>

/** What something is as JSON: times are strings. */
type Sent<Body> = {
  readonly [Key in keyof Body]: Body[Key] extends Date
    ? string
    : Body[Key] extends Date | null
      ? string | null
      : Body[Key]
}

export type StreamSort = 'name' | 'version' | 'createdAt' | 'deletedAt'
export type SortDirection = 'ascending' | 'descending'

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
  readonly links: readonly EventLink[]
}

/** GET /api/event/content?id=&part= and /api/snapshot/content?id=&part= give all of it, to be saved. */
export type ContentPart = 'data' | 'metadata'

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

/**
 * The samples of the last minutes but the newest, which follows by itself. `after`, the time of the last sample that is known, asks
 * for later ones only.
 */
export interface SampleHistory {
  readonly times: readonly string[]
  readonly heads: readonly number[]
  /** The lags of each subscription, one for each time; null where the sample does not name it. */
  readonly subscriptions: readonly SubscriptionHistory[]
}

interface SubscriptionHistory {
  readonly stream: string
  readonly name: string
  readonly lags: readonly (number | null)[]
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

/** POST /api/streams/append; answered by an AppendAnswer. */
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
