/**
 * An event store for Node.js on PostgreSQL: `import { EventStore } from 'pg-event-store'`.
 *
 * @module pg-event-store
 */
export type { Diagnostic } from './diagnostics.ts'
export {
  CheckpointAheadError,
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
  SubscriptionAlreadyOpenError,
  TimeoutError,
  UnexpectedAckError,
  WrongExpectedVersionError,
} from './errors.ts'
export { EventStore } from './event-store.ts'
export type { EventTypes, Metadata, NewEvent, RecordedEvent } from './events.ts'
export type {
  AppendAllOptions,
  AppendOptions,
  DeleteStreamOptions,
  EventHandler,
  EventStoreOptions,
  ExpectedVersion,
  FollowOptions,
  ListStreamsOptions,
  OperationOptions,
  Payload,
  Queryable,
  QueryablePool,
  ReadOptions,
  RunOptions,
  Serializer,
  StreamAppend,
  SubscriberOptions,
  SubscriptionOptions,
} from './options.ts'
export type { AppendResult, Page, StreamInfo, SubscriptionInfo } from './results.ts'
export type { Snapshot } from './snapshots/snapshot.ts'
export type { StreamOperations } from './stream-operations.ts'
export type { EventStream } from './streams/read.ts'
export type { SubscriptionState } from './subscription-state.ts'
export { Subscriber } from './subscriptions/subscriber.ts'
export { Subscription } from './subscriptions/subscription.ts'
