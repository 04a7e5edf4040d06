import type { ExpectedVersion } from './options.ts'

/**
 * What the store rejects with. Each class has one `code`, the facts in fields, and a message that says what was expected,
 * what was found and what to do.
 *
 * @example
 * try {
 *   await store.append('order-1', event, { expectedVersion: 4 })
 * } catch (error) {
 *   if (error instanceof EventStoreError && error.code === 'WRONG_EXPECTED_VERSION') return retry()
 *   throw error
 * }
 */
export abstract class EventStoreError extends Error {
  /** Which error it is, in capitals: one for each class. */
  abstract readonly code: string

  /** The name of its class. */
  override get name(): string {
    return this.constructor.name
  }
}

/**
 * The stream is not at the version that was expected. Also for `'no-stream'` on an existing and `'stream-exists'` on a missing
 * stream.
 * @example if (error instanceof WrongExpectedVersionError) return decideAgain(error.actualVersion)
 */
export class WrongExpectedVersionError extends EventStoreError {
  readonly code = 'WRONG_EXPECTED_VERSION'

  constructor(
    /** The stream that was to be written. */
    readonly streamName: string,
    /** What the writer believed. */
    readonly expectedVersion: ExpectedVersion,
    /** What was found. */
    readonly actualVersion: number | 'no-stream',
  ) {
    super(
      `Stream ${quote(streamName)}: expected ${describeExpected(expectedVersion)}, ` +
        `found ${actualVersion === 'no-stream' ? 'no stream' : `version ${actualVersion}`}. ` +
        'Nothing was stored: read the stream again, decide anew, and repeat with the version you read.',
    )
  }
}

/**
 * Reading, describing or deleting a stream that does not exist.
 * @example if (error instanceof StreamNotFoundError) return [] // nothing has happened yet
 */
export class StreamNotFoundError extends EventStoreError {
  readonly code = 'STREAM_NOT_FOUND'

  constructor(/** The stream that is missing. */ readonly streamName: string) {
    super(`Stream ${quote(streamName)} does not exist: it is created by the first append or link to it.`)
  }
}

/**
 * The stream was soft deleted: it can be neither read nor appended to nor deleted again.
 * @example if (error instanceof StreamDeletedError) console.log(error.streamName, 'is gone')
 */
export class StreamDeletedError extends EventStoreError {
  readonly code = 'STREAM_DELETED'

  constructor(/** The stream that was deleted. */ readonly streamName: string) {
    super(`Stream ${quote(streamName)} was deleted. Its events are still in $all and in the streams that link them.`)
  }
}

/**
 * Appending to, linking into or deleting `$all`.
 * @example if (error instanceof ReadOnlyStreamError) console.log(error.streamName) // $all
 */
export class ReadOnlyStreamError extends EventStoreError {
  readonly code = 'READ_ONLY_STREAM'

  constructor(/** Always `$all`. */ readonly streamName: string) {
    super(
      `Stream ${quote(streamName)} can only be read: it holds every event of every stream. Name a stream of your own.`,
    )
  }
}

/**
 * An event id that is stored already, and not as a repetition of the same append (same ids, stream, order, contiguous
 * versions).
 * @example if (error instanceof DuplicateEventError) console.log(error.eventId, 'is stored already')
 */
export class DuplicateEventError extends EventStoreError {
  readonly code = 'DUPLICATE_EVENT'

  constructor(
    /** The id, where the database tells it. */
    readonly eventId: string | undefined,
    where: string,
    options?: ErrorOptions,
  ) {
    super(`Event ${eventId ?? 'id'} is ${where}. Nothing was stored: an event can be there only once.`, options)
  }
}

/**
 * Linking an event id that is not stored.
 * @example if (error instanceof EventNotFoundError) console.log(error.eventId, 'is not stored')
 */
export class EventNotFoundError extends EventStoreError {
  readonly code = 'EVENT_NOT_FOUND'

  constructor(/** The id that is not stored. */ readonly eventId: string) {
    super(`Event ${eventId} is not stored. Nothing was linked: append the event first, or leave its id out.`)
  }
}

/** One reason why an event was refused. */
export interface InvalidEventIssue {
  /** What is wrong, in words. */
  readonly message: string
  /** Where in the event: `['data', 'total']`. */
  readonly path?: readonly PropertyKey[]
}

/**
 * Data that its Standard Schema refuses, an unknown type in a typed store, a bad UUID, what the column cannot hold, over 64 MB.
 * @example if (error instanceof InvalidEventError) for (const { path, message } of error.issues) console.log(path, message)
 */
export class InvalidEventError extends EventStoreError {
  readonly code = 'INVALID_EVENT'

  constructor(
    what: string,
    /** Every reason why it was refused. */
    readonly issues: readonly InvalidEventIssue[],
    options?: ErrorOptions,
  ) {
    super(`${what} is refused: ${issues.map(describeIssue).join('; ')}. Nothing was stored.`, options)
  }
}

/**
 * A hard delete by a store that was not opened with `enableHardDeletes`.
 * @example if (error instanceof HardDeletesDisabledError) console.log(error.message)
 */
export class HardDeletesDisabledError extends EventStoreError {
  readonly code = 'HARD_DELETES_DISABLED'

  constructor(/** The stream that was to be deleted. */ readonly streamName: string) {
    super(
      `Stream ${quote(streamName)} was not deleted: a hard delete removes events for good, ` +
        'so it needs a store that was opened with { enableHardDeletes: true }.',
    )
  }
}

/**
 * Opening a subscription that this store has open already, by another handle.
 * @example if (error instanceof SubscriptionAlreadyOpenError) console.log(error.subscriptionName, 'runs already')
 */
export class SubscriptionAlreadyOpenError extends EventStoreError {
  readonly code = 'SUBSCRIPTION_ALREADY_OPEN'

  constructor(
    /** The stream, or `$all`. */
    readonly streamName: string,
    /** The subscription to it. */
    readonly subscriptionName: string,
  ) {
    super(
      `Subscription ${quote(subscriptionName)} to ${quote(streamName)} is open already in this store. ` +
        'Connect further subscribers to the handle that opened it, or close that first.',
    )
  }
}

/**
 * The checkpoint is past the stream's end: the database lost commits, or was restored from an older backup.
 * @example if (error instanceof CheckpointAheadError) console.log(error.checkpoint, 'is past', error.head)
 */
export class CheckpointAheadError extends EventStoreError {
  readonly code = 'CHECKPOINT_AHEAD'

  constructor(
    /** The stream, or `$all`. */
    readonly streamName: string,
    /** The subscription to it. */
    readonly subscriptionName: string,
    /** The last event number that it has acknowledged. */
    readonly checkpoint: number,
    /** The last event number of the stream. */
    readonly head: number,
  ) {
    super(
      `Subscription ${quote(subscriptionName)} to ${quote(streamName)} has acknowledged up to ${checkpoint}, but the stream ends ` +
        `at ${head}: the database lost commits, or was restored from an older backup. Find out what was lost, bring what the ` +
        'subscription feeds in line, and set its checkpoint back (or delete the subscription).',
    )
  }
}

/**
 * Acknowledging an event that the subscriber was not given, or has acknowledged.
 * @example if (error instanceof UnexpectedAckError) console.log(error.eventNumber)
 */
export class UnexpectedAckError extends EventStoreError {
  readonly code = 'UNEXPECTED_ACK'

  constructor(/** The number that was acknowledged. */ readonly eventNumber: number) {
    super(
      `Event ${eventNumber} cannot be acknowledged: this subscriber was not given it, or has acknowledged it already. ` +
        'Acknowledge each event (or the last of several) once, by the subscriber that was given it.',
    )
  }
}

/**
 * The schema does not fit this version of the library or the `payload` option; the message names the command that helps.
 * @example if (error instanceof MigrationRequiredError && error.reason === 'older') await store.migrate()
 */
export class MigrationRequiredError extends EventStoreError {
  readonly code = 'MIGRATION_REQUIRED'

  constructor(
    /** The schema is missing, older or newer than this library, or was made with another `payload`. */
    readonly reason: 'missing' | 'older' | 'newer' | 'payload',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * The operation took longer than its `timeout`. An append may or may not be stored: repeat it with ids of your own.
 * @example if (error instanceof TimeoutError) return retry() // harmless when the events carry ids of yours
 */
export class TimeoutError extends EventStoreError {
  readonly code = 'TIMEOUT'

  constructor(
    /** The milliseconds that it had. */
    readonly timeout: number,
    what: string,
    options?: ErrorOptions,
  ) {
    super(`Timed out after ${timeout} ms ${what}. Raise \`timeout\`, or find out what holds the database up.`, options)
  }
}

/**
 * The database refused (disk full, privileges, read-only, serialization failure …); nothing was stored. `cause` is the driver's
 * error.
 * @example if (error instanceof DatabaseError) console.log(error.sqlState, error.cause)
 */
export class DatabaseError extends EventStoreError {
  readonly code = 'DATABASE'

  constructor(
    /** PostgreSQL's five characters for what happened: `53100` is a full disk. */
    readonly sqlState: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * No connection to be had; `cause` is the driver's error. An append may or may not be stored: it can be repeated safely if its
 * events carry ids of your own (else a repetition may store them twice).
 * @example if (error instanceof ConnectionError) return retry()
 */
export class ConnectionError extends EventStoreError {
  readonly code = 'CONNECTION'
}

/**
 * The store, the subscription or the subscriber was closed, or the subscription deleted.
 * @example if (error instanceof ClosedError) return // the process ends
 */
export class ClosedError extends EventStoreError {
  readonly code = 'CLOSED'

  constructor(what = 'store') {
    super(`The ${what} is closed. Open a new one to go on.`)
  }
}

function describeExpected(expected: ExpectedVersion): string {
  switch (expected) {
    case 'any':
      return 'any version'
    case 'no-stream':
      return 'no stream'
    case 'stream-exists':
      return 'an existing stream'
    default:
      return `version ${expected}`
  }
}

function describeIssue({ message, path }: InvalidEventIssue): string {
  return path?.length ? `${path.map(String).join('.')}: ${message}` : message
}

function quote(streamName: string): string {
  const shown = streamName.length > 200 ? `${streamName.slice(0, 200)}…` : streamName
  return JSON.stringify(shown)
}
