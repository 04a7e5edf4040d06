import type { StandardSchemaV1 } from '@standard-schema/spec'
import { warnOfDiagnostic } from './diagnostics.ts'
import type { EventTypes } from './events.ts'
import { CheckedExecutor, SchemaCheck } from './migrations/checked-executor.ts'
import { runMigrations } from './migrations/migrate.ts'
import { checkSchemaSettings, type SchemaSettings } from './migrations/schema.ts'
import type { EventStoreOptions, Queryable } from './options.ts'
import { CallersTransaction } from './postgres/callers-transaction.ts'
import { connectionSource } from './postgres/connection-source.ts'
import { Database } from './postgres/database.ts'
import { quoteIdentifier } from './postgres/identifier.ts'
import { Codec } from './serialization/payload.ts'
import { type StreamOperations, streamOperations } from './stream-operations.ts'
import type { StoreContext } from './streams/store-context.ts'
import { checkOptions, describeValue } from './util/arguments.ts'

const OPTIONS = [
  'connectionString',
  'pool',
  'embedded',
  'poolSize',
  'schema',
  'payload',
  'serializer',
  'events',
  'enableHardDeletes',
  'onDiagnostic',
] as const

/**
 * An event store in a schema of a PostgreSQL database.
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

  /** Does no I/O: connects on first use. Throws TypeError or RangeError for options that cannot work. */
  constructor(options: EventStoreOptions<Types> = {}) {
    const checked = checkOptions(options, 'EventStore', OPTIONS)
    this.#settings = checkSchemaSettings(checked)
    this.#context = storeContext(checked, this.#settings)
    const onDiagnostic = checkFunction(checked.onDiagnostic, 'onDiagnostic') ?? warnOfDiagnostic
    this.#database = new Database(connectionSource(checked, onDiagnostic))
    this.#schemaCheck = new SchemaCheck(this.#settings, { migrate: checked.embedded !== undefined })
    const operations = streamOperations<Types>(this.#context, new CheckedExecutor(this.#database, this.#schemaCheck))
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
   * The same operations inside a transaction of yours. What the store refuses (a version, an id, an input) leaves the transaction
   * usable; what the database refuses aborts it, as always. Holds the store's write lock until you commit, so append last.
   * READ COMMITTED only. For clients of other drivers than `pg` see `pg-event-store/adapters`.
   *
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
    return streamOperations<Types>(this.#context, executor)
  }

  /**
   * Brings the schema up to date, creating it if need be: idempotent, safe to run in several processes at once. Embedded stores
   * do it by themselves.
   */
  async migrate(): Promise<void> {
    await runMigrations(this.#database, this.#settings)
  }

  /** Waits for the operations that run, and closes every connection of its own. Idempotent; later operations are ClosedError. */
  close(): Promise<void> {
    return this.#database.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function storeContext<Types extends EventTypes>(
  options: EventStoreOptions<Types>,
  { schema, payload }: SchemaSettings,
): StoreContext {
  const { serializer, events, enableHardDeletes = false } = options
  if (typeof enableHardDeletes !== 'boolean') {
    throw new TypeError(`enableHardDeletes must be true or false, found ${describeValue(enableHardDeletes)}`)
  }
  checkFunction(serializer?.serialize, 'serializer.serialize', serializer !== undefined)
  checkFunction(serializer?.deserialize, 'serializer.deserialize', serializer !== undefined)
  return {
    schema: quoteIdentifier(schema),
    codec: new Codec(payload, serializer),
    eventSchemas: checkEventSchemas(events),
    enableHardDeletes,
  }
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

function checkFunction<F>(value: F, name: string, required = false): F {
  if (typeof value === 'function' || (value === undefined && !required)) return value
  throw new TypeError(`${name} must be a function, found ${describeValue(value)}`)
}
