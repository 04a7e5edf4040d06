/** An event store for Node.js on PostgreSQL. */
export type { Diagnostic } from './diagnostics.ts'
export {
  ClosedError,
  ConnectionError,
  DatabaseError,
  DuplicateEventError,
  EventNotFoundError,
  EventStoreError,
  HardDeletesDisabledError,
  InvalidEventError,
  type InvalidEventIssue,
  MigrationRequiredError,
  ReadOnlyStreamError,
  StreamDeletedError,
  StreamNotFoundError,
  TimeoutError,
  WrongExpectedVersionError,
} from './errors.ts'
export { EventStore } from './event-store.ts'
export type { EventTypes, Metadata, NewEvent, RecordedEvent } from './events.ts'
export type {
  AppendAllOptions,
  AppendOptions,
  DeleteStreamOptions,
  EventStoreOptions,
  ExpectedVersion,
  ListStreamsOptions,
  OperationOptions,
  Payload,
  Queryable,
  QueryablePool,
  ReadOptions,
  Serializer,
  StreamAppend,
} from './options.ts'
export type { AppendResult, Page, StreamInfo } from './results.ts'
export type { Snapshot } from './snapshots/snapshot.ts'
export type { StreamOperations } from './stream-operations.ts'
export type { EventStream } from './streams/read.ts'
