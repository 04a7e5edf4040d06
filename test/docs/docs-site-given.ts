import { randomUUID } from 'node:crypto'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import knexFactory, { type Knex } from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool, type PoolClient } from 'pg'
import postgres from 'postgres'
import * as api from '../../src/index.ts'

type Types = api.EventTypes

/** What an example of a docstring finds without having declared it. */
export interface Given {
  readonly store: api.EventStore
  readonly subscription: api.Subscription<Types>
  readonly subscriber: api.Subscriber<Types>
  readonly event: api.NewEvent
  /** The error that the example is about. */
  readonly error: unknown
  readonly product: string
  readonly id: string
  /** Of `pg`, Drizzle, Kysely, Knex and postgres.js. */
  readonly client: PoolClient
  readonly drizzleDb: NodePgDatabase
  readonly kyselyDb: Kysely<{ stock: { product: string; items: number } }>
  readonly knex: Knex
  readonly sql: postgres.Sql
  /** What an application does with events. */
  readonly handle: Work
  readonly send: Work
  readonly project: Work
  readonly projectAll: Work
  readonly retry: Work
  readonly decideAgain: Work
  readonly console: { log(...values: unknown[]): void }
  readonly process: { once(signal: string, listener: () => unknown): unknown }
}

type Work = (...what: readonly unknown[]) => Promise<void>

export interface Prepared {
  readonly given: Given
  /** How often the example called what it was given, or wrote to the console. */
  readonly calls: () => number
  close(): Promise<void>
}

/** An error of each class: what examples of errors are about. */
const ERRORS: Readonly<Record<string, api.EventStoreError>> = Object.fromEntries(
  [
    new api.WrongExpectedVersionError('order-1', 3, 4),
    new api.StreamNotFoundError('order-9'),
    new api.StreamDeletedError('order-1'),
    new api.ReadOnlyStreamError('$all'),
    new api.DuplicateEventError(randomUUID(), 'stored already'),
    new api.EventNotFoundError(randomUUID()),
    new api.InvalidEventError('Event 1 of 1', [{ message: 'must be a number', path: ['data', 'total'] }]),
    new api.HardDeletesDisabledError('order-1'),
    new api.SubscriptionAlreadyOpenError('$all', 'mailer'),
    new api.CheckpointAheadError('$all', 'mailer', 9, 4),
    new api.UnexpectedAckError(4),
    new api.MigrationRequiredError('older', 'older'),
    new api.TimeoutError(15_000, 'waiting'),
    new api.DatabaseError('53100', 'disk full'),
    new api.ConnectionError('no connection'),
    new api.ClosedError(),
  ].map((error) => [error.name, error]),
)

/**
 * A store with a few events in a schema of its own, and, as far as an example asks for them, subscriptions and clients. The table
 * `stock` is in the database.
 */
export async function prepare(
  connectionString: string,
  schema: string,
  { owner, uses }: { readonly owner: string; readonly uses: readonly string[] },
): Promise<Prepared> {
  const store = new api.EventStore({ connectionString, schema, poolSize: 3, onDiagnostic: () => {} })
  if (uses.some((name) => /^(store|subscri)/.test(name))) {
    await store.migrate()
    await store.appendAll([
      { stream: 'order-1', expectedVersion: 'no-stream', events: events('OrderPlaced', 4) },
      { stream: 'account-1', expectedVersion: 'no-stream', events: events('Deposited', 3) },
      { stream: 'account-2', expectedVersion: 'no-stream', events: events('Deposited', 7) },
    ])
  }
  let calls = 0
  const work = async () => {
    calls++
  }
  const closers: (() => unknown)[] = []
  const opened = <Opened>(value: Opened, close: (value: Opened) => unknown): Opened => {
    closers.push(() => close(value))
    return value
  }
  const pool = () => opened(new Pool({ connectionString, max: 1 }), (pool) => pool.end())
  const client = uses.includes('client') ? await pool().connect() : undefined
  const subscription = once(() => store.subscribe('$all', 'given'))

  return {
    calls: () => calls,
    async close() {
      await store.close()
      client?.release()
      for (const close of closers.reverse()) await close()
    },
    given: {
      store,
      get subscription() {
        return subscription()
      },
      get subscriber() {
        return subscription().connect({ maxInFlight: 2 })
      },
      event: { type: 'OrderPaid', data: { cents: 1_200 } },
      error: ERRORS[owner],
      product: 'tea',
      id: 'of-the-example',
      get client() {
        if (!client) throw new Error(`${owner} uses no client`)
        return client
      },
      get drizzleDb() {
        return drizzle({ client: pool() })
      },
      get kyselyDb() {
        const dialect = new PostgresDialect({ pool: new Pool({ connectionString, max: 1 }) })
        return opened(new Kysely<{ stock: { product: string; items: number } }>({ dialect }), (db) => db.destroy())
      },
      get knex() {
        const config = { client: 'pg', connection: connectionString, pool: { min: 0, max: 1 } }
        return opened(knexFactory(config), (knex) => knex.destroy())
      },
      get sql() {
        return opened(postgres(connectionString, { max: 1, onnotice: () => {} }), (sql) => sql.end())
      },
      handle: work,
      send: work,
      project: work,
      projectAll: work,
      retry: work,
      decideAgain: work,
      console: { log: () => void calls++ },
      process: { once: () => {} },
    },
  }
}

function events(type: string, count: number): readonly api.NewEvent[] {
  return Array.from({ length: count }, (_, index) => ({ type, data: { number: index + 1 } }))
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
