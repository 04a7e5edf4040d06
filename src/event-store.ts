import { setTimeout as sleep } from 'node:timers/promises'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { warnOfDiagnostic } from './diagnostics.ts'
import type { EventTypes, RecordedEvent } from './events.ts'
import { CheckedExecutor, SchemaCheck } from './migrations/checked-executor.ts'
import { runMigrations } from './migrations/migrate.ts'
import { checkSchemaSettings, type SchemaSettings } from './migrations/schema.ts'
import { Notifications } from './notifications/notifications.ts'
import { notifyOnCommitStatement } from './notifications/notify-statement.ts'
import type {
  EventStoreOptions,
  FollowOptions,
  OperationOptions,
  Queryable,
  Serializer,
  SubscriptionOptions,
} from './options.ts'
import { CallersTransaction } from './postgres/callers-transaction.ts'
import { connectionSource } from './postgres/connection-source.ts'
import { Database } from './postgres/database.ts'
import type { Executor } from './postgres/executor.ts'
import { quoteIdentifier } from './postgres/identifier.ts'
import type { SubscriptionInfo } from './results.ts'
import { RunningOperations } from './running-operations.ts'
import { Codec } from './serialization/payload.ts'
import { type StreamOperations, streamOperations } from './stream-operations.ts'
import { AppendQueue } from './streams/append-queue.ts'
import { appendSurely } from './streams/lost-outcome.ts'
import type { StoreContext } from './streams/store-context.ts'
import type { Subscription } from './subscriptions/subscription.ts'
import { Subscriptions } from './subscriptions/subscriptions.ts'
import { checkFunction, checkMillis, checkOptions, describeValue } from './util/arguments.ts'
import type { Deadline } from './util/deadline.ts'

/** Milliseconds that an append waits for somebody who begins to follow. */
const HOLD_PATIENCE = 1_000

const OPTIONS = [
  'connectionString',
  'pool',
  'embedded',
  'sessionConnectionString',
  'poolSize',
  'schema',
  'payload',
  'serializer',
  'events',
  'enableHardDeletes',
  'subscriptionRetryInterval',
  'onDiagnostic',
] as const

/**
 * An event store in a schema of a PostgreSQL database. Open one in each process, share it, and close it when the process ends.
 *
 * @example
 * const store = new EventStore({ connectionString: 'postgres://localhost/shop' })
 * await store.migrate()
 * await store.append('order-1', { type: 'OrderPlaced', data: { total: 12 } }, { expectedVersion: 'no-stream' })
 * for await (const event of store.read('order-1')) console.log(event.type, event.data)
 * await store.close()
 */
export class EventStore<Types extends EventTypes = EventTypes> implements StreamOperations<Types>, AsyncDisposable {
  readonly append: StreamOperations<Types>['append']
  readonly appendAll: StreamOperations<Types>['appendAll']
  readonly link: StreamOperations<Types>['link']
  readonly read: StreamOperations<Types>['read']
  readonly deleteStream: StreamOperations<Types>['deleteStream']
  readonly getStream: StreamOperations<Types>['getStream']
  readonly listStreams: StreamOperations<Types>['listStreams']
  readonly recordSnapshot: StreamOperations<Types>['recordSnapshot']
  readonly readSnapshot: StreamOperations<Types>['readSnapshot']
  readonly deleteSnapshot: StreamOperations<Types>['deleteSnapshot']
  readonly #database: Database
  readonly #settings: SchemaSettings
  readonly #schemaCheck: SchemaCheck
  readonly #context: StoreContext
  readonly #notifications: Notifications
  readonly #subscriptions: Subscriptions
  readonly #running = new RunningOperations()
  #appendsHeld: Promise<unknown> | undefined
  #closing: Promise<void> | undefined

  /**
   * Does no I/O: connects on first use, listens for new events with the first follower or subscription.
   *
   * @throws TypeError or RangeError for options that cannot work
   */
  constructor(options: EventStoreOptions<Types> = {}) {
    const checked = checkOptions(options, 'EventStore', OPTIONS)
    this.#settings = checkSchemaSettings(checked)
    const onDiagnostic = checkFunction(checked.onDiagnostic, 'onDiagnostic') ?? warnOfDiagnostic
    const prepares = checked.sessionConnectionString === undefined // else there is a pooler in between
    this.#database = new Database(connectionSource(checked, onDiagnostic), { prepares })
    this.#schemaCheck = new SchemaCheck(this.#settings, { migrate: checked.embedded !== undefined })
    const executor = new CheckedExecutor(this.#database, this.#schemaCheck)
    const schema = quoteIdentifier(this.#settings.schema)
    const openSession = (purpose: string) => this.#database.openSession(purpose)
    this.#notifications = new Notifications({
      schema,
      executor,
      openSession: () => openSession('notifications'),
      onDiagnostic,
    })
    this.#context = {
      schema,
      codec: new Codec(this.#settings.payload, checkSerializer(checked.serializer)),
      eventSchemas: checkEventSchemas(checked.events),
      enableHardDeletes: checkBoolean(checked.enableHardDeletes ?? false, 'enableHardDeletes'),
      appends: new AppendQueue((requests, deadline) => appendSurely(this.#context, executor, requests, deadline)),
      appendsHeld: () => this.#appendsHeld,
      announce: (by, streams, deadline) => announce(this.#notifications, schema, by, streams, deadline),
    }
    this.#subscriptions = new Subscriptions({
      context: this.#context,
      executor,
      notifications: this.#notifications,
      openSession: () => openSession('locks'),
      retryInterval: checkRetryInterval(checked.subscriptionRetryInterval ?? 1_000),
      onDiagnostic,
      holdAppends: (until) => this.#holdAppends(until),
    })
    const operations = streamOperations<Types>(this.#context, executor, this.#running.start)
    this.append = operations.append
    this.appendAll = operations.appendAll
    this.link = operations.link
    this.read = operations.read
    this.deleteStream = operations.deleteStream
    this.getStream = operations.getStream
    this.listStreams = operations.listStreams
    this.recordSnapshot = operations.recordSnapshot
    this.readSnapshot = operations.readSnapshot
    this.deleteSnapshot = operations.deleteSnapshot
  }

  /**
   * New events as they are appended, in order, none missing; nothing is remembered. `stream` may be `'$all'`, or one that does
   * not exist yet. What iterates it rejects with the reason of an aborted `signal`; a failed read is tried again.
   *
   * @throws {@link ClosedError} when the store is closed
   * @example
   * for await (const event of store.follow('$all', { after: 'start' })) console.log(event.position, event.type)
   */
  follow(stream: string, options?: FollowOptions<Types>): AsyncIterable<RecordedEvent<Types>> {
    return this.#subscriptions.follow(stream, options)
  }

  /**
   * A persistent subscription: at least once, from its checkpoint. Opens when it is first connected to. `stream` may be `'$all'`,
   * or one that does not exist yet. The options hold for this handle; only the checkpoint is remembered.
   *
   * @example
   * await using subscription = store.subscribe('$all', 'mailer')
   * await subscription.run(async (event) => { await send(event) })
   */
  subscribe(stream: string, name: string, options?: SubscriptionOptions<Types>): Subscription<Types> {
    return this.#subscriptions.subscribe(stream, name, options)
  }

  /**
   * All subscriptions with their checkpoints, how far they lag behind, and whether some process holds them.
   *
   * @example
   * for (const { name, lag } of await store.listSubscriptions()) console.log(name, lag)
   */
  listSubscriptions(options?: OperationOptions): Promise<readonly SubscriptionInfo[]> {
    return this.#running.start(() => this.#subscriptions.list(options))
  }

  /**
   * Removes the checkpoint, and ends whoever holds the subscription, in whichever process, with `ClosedError`. Does nothing when
   * there is none.
   *
   * @example
   * await store.deleteSubscription('$all', 'mailer')
   */
  deleteSubscription(stream: string, name: string, options?: OperationOptions): Promise<void> {
    return this.#running.start(() => this.#subscriptions.delete(stream, name, options))
  }

  /**
   * The same operations inside a transaction of yours. What the store refuses (a version, an id, an input) leaves the transaction
   * usable; what the database refuses aborts it, as always. Holds the store's write lock until you commit, so append last.
   * READ COMMITTED only. For clients of other drivers than `pg` see `pg-event-store/adapters`.
   *
   * @throws TypeError when the client has no `query`; its operations, when no transaction is open
   * @example
   * await client.query('BEGIN')
   * await client.query('UPDATE stock SET items = items - 1 WHERE product = $1', [product])
   * await store.withClient(client).append(`order-${id}`, event, { expectedVersion: 'no-stream' })
   * await client.query('COMMIT')
   */
  withClient(client: Queryable): StreamOperations<Types> {
    if (typeof client?.query !== 'function') {
      throw new TypeError(`withClient needs a client with a query method, found ${describeValue(client)}`)
    }
    const executor = new CheckedExecutor(new CallersTransaction(client), this.#schemaCheck)
    return streamOperations<Types>(this.#context, executor, this.#running.start)
  }

  /**
   * Brings the schema up to date, creating it if need be: idempotent, safe to run in several processes at once. Embedded stores
   * do it by themselves. A migration has 10 minutes.
   *
   * @throws {@link MigrationRequiredError} when the schema is newer than the library, or has another `payload`
   * @throws {@link DatabaseError} when the role may not, or the schema holds something else by these names
   * @example
   * await store.migrate() // before the first append, at every start
   */
  async migrate(): Promise<void> {
    await this.#running.start(() => runMigrations(this.#database, this.#settings))
  }

  /**
   * Ends followers, lets subscriptions finish the events at work and write their checkpoints, waits for the operations that run,
   * and closes every connection of its own. Idempotent; later operations are `ClosedError`.
   *
   * @example
   * process.once('SIGTERM', () => store.close())
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /**
   * Closes the store at the end of a block.
   *
   * @example
   * await using passing = new EventStore({ connectionString: 'postgres://localhost/shop' })
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    const handled = this.#subscriptions.close()
    if (this.#subscriptions.open) await handled // their handlers may use the store until they are done
    await this.#running.close()
    await this.#notifications.close()
    await this.#database.close()
  }

  /** What is appended after somebody began to follow the end of a stream must not be taken for older. */
  #holdAppends(until: Promise<unknown>): void {
    const patience = sleep(HOLD_PATIENCE, undefined, { ref: false })
    const held = Promise.all([this.#appendsHeld, Promise.race([until, patience])]).then(() => {
      if (this.#appendsHeld === held) this.#appendsHeld = undefined
    })
    this.#appendsHeld = held
  }
}

async function announce(
  notifications: Notifications,
  schema: string,
  executor: Executor,
  streams: readonly string[],
  deadline: Deadline,
): Promise<void> {
  if (!executor.inCallersTransaction) notifications.grown(streams)
  else await executor.query(notifyOnCommitStatement(schema, { type: 'grown', streams }), deadline)
}

function checkSerializer(serializer: Serializer | undefined): Serializer | undefined {
  checkFunction(serializer?.serialize, 'serializer.serialize', serializer !== undefined)
  checkFunction(serializer?.deserialize, 'serializer.deserialize', serializer !== undefined)
  return serializer
}

function checkBoolean(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value
  throw new TypeError(`${name} must be true or false, found ${describeValue(value)}`)
}

function checkRetryInterval(value: unknown): number {
  const millis = checkMillis(value, 'subscriptionRetryInterval')
  if (millis < 2 ** 31) return millis
  throw new RangeError(`subscriptionRetryInterval must be less than 2^31 milliseconds, found ${millis}`)
}

function checkEventSchemas(schemas: object | undefined): Readonly<Record<string, StandardSchemaV1>> | undefined {
  if (schemas === undefined) return undefined
  if (typeof schemas !== 'object' || schemas === null || Array.isArray(schemas)) {
    throw new TypeError(`events must map event types to Standard Schemas, found ${describeValue(schemas)}`)
  }
  for (const [type, schema] of Object.entries(schemas)) {
    if (typeof schema?.['~standard']?.validate === 'function') continue
    throw new TypeError(
      `events.${type} must be a Standard Schema (of zod, valibot, arktype …), found ${describeValue(schema)}`,
    )
  }
  return schemas as Record<string, StandardSchemaV1>
}
