import type { EventTypes, NewEvent, RecordedEvent } from './events.ts'
import type {
  AppendAllOptions,
  AppendOptions,
  DeleteStreamOptions,
  ListStreamsOptions,
  OperationOptions,
  ReadOptions,
  StreamAppend,
} from './options.ts'
import type { Executor } from './postgres/executor.ts'
import type { AppendResult, Page, StreamInfo } from './results.ts'
import { deleteSnapshot, readSnapshot, recordSnapshot, type Snapshot } from './snapshots/snapshot.ts'
import { append, appendAll } from './streams/append.ts'
import { deleteStream } from './streams/delete-stream.ts'
import { link } from './streams/link.ts'
import { listStreams } from './streams/list-streams.ts'
import { type EventStream, read } from './streams/read.ts'
import type { StoreContext } from './streams/store-context.ts'
import { getStream } from './streams/stream-info.ts'

/**
 * What a store and a transaction both offer. Besides the errors that it names, every operation rejects with `ConnectionError`,
 * `TimeoutError`, `DatabaseError` or `MigrationRequiredError` for what its database refuses, `ClosedError` after `close()`, and
 * TypeError or RangeError for arguments that cannot work.
 */
export interface StreamOperations<Types extends EventTypes = EventTypes> {
  /**
   * Appends one or more events to a stream, all or nothing. When an event carries an id of yours, repeating the very same append
   * is harmless: it resolves to the first result. Appends that are made at the same time are stored together, in the order of the
   * calls, each with a result of its own; when very much is queued, they wait, at most as long as `timeout` says.
   *
   * @throws {@link WrongExpectedVersionError} when the stream has another version; nothing is stored
   * @throws {@link DuplicateEventError} when an event's id is stored already, and this is no repetition
   * @throws {@link InvalidEventError} when an event cannot be stored, or its schema refuses it
   * @throws {@link StreamDeletedError} when the stream was soft deleted
   * @throws {@link ReadOnlyStreamError} when it is `$all`
   * @example
   * await store.append('order-2', { type: 'OrderPlaced', data: { total: 12 } }, { expectedVersion: 'no-stream' })
   */
  append(
    stream: string,
    events: NewEvent<Types> | readonly NewEvent<Types>[],
    options: AppendOptions,
  ): Promise<AppendResult>
  /**
   * Appends to several streams, all or nothing. Results are in the order of `appends`.
   *
   * @throws {@link WrongExpectedVersionError} when one of the streams has another version; all else as `append`
   * @example
   * await store.appendAll([
   *   { stream: 'account-1', expectedVersion: 3, events: [{ type: 'Withdrawn', data: { amount: 5 } }] },
   *   { stream: 'account-2', expectedVersion: 7, events: [{ type: 'Deposited', data: { amount: 5 } }] },
   * ])
   */
  appendAll(appends: readonly StreamAppend<Types>[], options?: AppendAllOptions): Promise<AppendResult[]>
  /**
   * Puts existing events (or their ids) into another stream, in the order given, all or none.
   *
   * @throws {@link EventNotFoundError} when one of them is not stored
   * @throws {@link DuplicateEventError} when the stream has one of them already, linked or its own
   * @throws {@link WrongExpectedVersionError} when the stream has another version
   * @throws {@link StreamDeletedError} when the stream was soft deleted
   * @throws {@link ReadOnlyStreamError} when it is `$all`
   * @example
   * const events = await store.read('order-1').toArray()
   * await store.link('orders-of-may', events, { expectedVersion: 'any' })
   */
  link(
    stream: string,
    events: readonly (RecordedEvent<Types> | string)[],
    options: AppendOptions,
  ): Promise<AppendResult>
  /**
   * Reads a stream, or `'$all'`. Throws at once for invalid arguments; what iterates it rejects for all else.
   *
   * @throws {@link StreamNotFoundError} when the stream does not exist
   * @throws {@link StreamDeletedError} when it was soft deleted
   * @example
   * for await (const event of store.read('order-1', { from: 2 })) console.log(event.eventNumber, event.type)
   */
  read(stream: string, options?: ReadOptions): EventStream<Types>
  /**
   * Deletes a stream. A hard delete removes the events from `$all` and from the streams that link them too, and leaves gaps
   * there.
   *
   * @throws {@link StreamNotFoundError} when the stream does not exist, whatever is expected
   * @throws {@link StreamDeletedError} when it was soft deleted already, before any version is looked at
   * @throws {@link WrongExpectedVersionError} when it has another version
   * @throws {@link HardDeletesDisabledError} when `mode` is `'hard'` and the store was not opened with `enableHardDeletes`
   * @throws {@link ReadOnlyStreamError} when it is `$all`
   * @example
   * await store.deleteStream('order-1', { expectedVersion: 'any' })
   */
  deleteStream(stream: string, options: DeleteStreamOptions): Promise<void>
  /**
   * Describes a stream, or `'$all'`.
   *
   * @throws {@link StreamNotFoundError} when the stream does not exist
   * @throws {@link StreamDeletedError} when it was soft deleted
   * @example
   * const { version } = await store.getStream('order-1')
   */
  getStream(stream: string, options?: OperationOptions): Promise<StreamInfo>
  /**
   * Lists `$all` and every stream, deleted ones too, a page at a time.
   *
   * @example
   * const { items, totalPages } = await store.listStreams({ search: 'order-', sortBy: 'name' })
   */
  listStreams(options?: ListStreamsOptions): Promise<Page<StreamInfo>>
  /**
   * Replaces what was recorded for `sourceId`, older or newer, `createdAt` included.
   *
   * @throws {@link InvalidEventError} when its data or metadata cannot be stored
   * @example
   * await store.recordSnapshot({ sourceId: 'order-1', sourceVersion: 4, sourceType: 'Order', data: { total: 12 } })
   */
  recordSnapshot(snapshot: Snapshot, options?: OperationOptions): Promise<void>
  /**
   * Reads the snapshot of a source; undefined when there is none. Read on from `sourceVersion + 1`.
   *
   * @example
   * const snapshot = await store.readSnapshot<{ total: number }>('order-1')
   * const later = store.read('order-1', { from: (snapshot?.sourceVersion ?? 0) + 1 })
   */
  readSnapshot<Data>(sourceId: string, options?: OperationOptions): Promise<Snapshot<Data> | undefined>
  /**
   * Forgets the snapshot of a source; does nothing when there is none.
   *
   * @example
   * await store.deleteSnapshot('order-1')
   */
  deleteSnapshot(sourceId: string, options?: OperationOptions): Promise<void>
}

/** Starts an operation: at once, or not any more. */
export type Start = <Result>(operation: () => Promise<Result>) => Promise<Result>

/** The operations, on whatever executes their statements. */
export function streamOperations<Types extends EventTypes>(
  context: StoreContext,
  executor: Executor,
  start: Start,
): StreamOperations<Types> {
  return {
    append: (stream, events, options) => start(() => append(context, executor, stream, events, options)),
    appendAll: (appends, options) => start(() => appendAll(context, executor, appends, options)),
    link: (stream, events, options) => start(() => link(context, executor, stream, events, options)),
    read: (stream, options) => read<Types>(context, startingEach(executor, start), stream, options),
    deleteStream: (stream, options) => start(() => deleteStream(context, executor, stream, options)),
    getStream: (stream, options) => start(() => getStream(context, executor, stream, options)),
    listStreams: (options) => start(() => listStreams(context, executor, options)),
    recordSnapshot: (snapshot, options) => start(() => recordSnapshot(context, executor, snapshot, options)),
    readSnapshot: (sourceId, options) => start(() => readSnapshot(context, executor, sourceId, options)),
    deleteSnapshot: (sourceId, options) => start(() => deleteSnapshot(context, executor, sourceId, options)),
  }
}

/** Starts each statement as an operation of its own: a read lasts as long as somebody iterates it. */
function startingEach(executor: Executor, start: Start): Executor {
  return {
    inCallersTransaction: executor.inCallersTransaction,
    roundTrip: executor.roundTrip,
    query: (statement, deadline) => start(() => executor.query(statement, deadline)),
    readRows: (statement, deadline) => start(() => executor.readRows(statement, deadline)),
    write: (statement, deadline) => start(() => executor.write(statement, deadline)),
    writeAfter: (first, statement, deadline) => start(() => executor.writeAfter(first, statement, deadline)),
    transaction: (deadline, work) => start(() => executor.transaction(deadline, work)),
    copy: (plan, deadline) => start(() => executor.copy(plan, deadline)),
  }
}
