import { drizzle as drizzleOnPg } from 'drizzle-orm/node-postgres'
import { type PgDatabase, type PgQueryResultHKT, pgTable, text } from 'drizzle-orm/pg-core'
import { drizzle as drizzleOnPostgresJs } from 'drizzle-orm/postgres-js'
import { sql as drizzleSql } from 'drizzle-orm/sql'
import knexFactory, { type Knex } from 'knex'
import { CamelCasePlugin, Kysely, sql as kyselySql, PostgresDialect, type Transaction } from 'kysely'
import { Pool, type PoolClient } from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll } from 'vitest'
import { drizzleClient, knexClient, kyselyClient, postgresJsClient } from '../../src/adapters/index.ts'
import type { Queryable } from '../../src/index.ts'
import { runSql } from './run-sql.ts'

type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable'

/** A user's transaction, through the driver or query builder of his choice. */
export interface UserTransaction {
  /** For `withClient`. */
  readonly client: Queryable
  /** Inserts into the user's table `notes`, in the way that is usual with the driver. */
  note(text: string): Promise<unknown>
  /** Runs a statement without parameters. */
  run(text: string): Promise<readonly unknown[]>
  /** Runs work in a savepoint, or nested transaction, which is rolled back when the work rejects. */
  savepoint(work: (transaction: UserTransaction) => Promise<void>): Promise<void>
}

interface Driver {
  /** Runs work in a transaction, which is rolled back when the work rejects. */
  transaction(work: (transaction: UserTransaction) => Promise<void>, isolation?: IsolationLevel): Promise<void>
  close(): Promise<void>
}

export type UserDatabase = Pick<Driver, 'transaction'> & {
  /** How many such notes are committed. */
  notes(text: string): Promise<number>
}

export interface DriverChoice {
  readonly name: string
  readonly open: (connectionString: string) => Driver
}

export const DRIVERS: readonly DriverChoice[] = [
  { name: 'pg', open: openPg },
  { name: 'Kysely', open: (url) => openKysely(url) },
  { name: 'Drizzle on node-postgres', open: openDrizzleOnPg },
  { name: 'Drizzle on postgres-js', open: (url) => openDrizzleOnPostgresJs(url) },
  { name: 'Knex', open: (url) => openKnex(url) },
  { name: 'postgres.js', open: (url) => openPostgresJs(url) },
]

/** Drivers that were told to rename the columns of all results. */
export const RENAMING_DRIVERS: readonly DriverChoice[] = [
  { name: 'Kysely with CamelCasePlugin', open: (url) => openKysely(url, new CamelCasePlugin()) },
  { name: 'Drizzle on postgres-js with postgres.camel', open: (url) => openDrizzleOnPostgresJs(url, postgres.camel) },
  { name: 'Knex with postProcessResponse', open: (url) => openKnex(url, upperCaseColumns) },
  { name: 'postgres.js with postgres.camel', open: (url) => openPostgresJs(url, postgres.camel) },
  { name: 'postgres.js with postgres.pascal', open: (url) => openPostgresJs(url, postgres.pascal) },
  { name: 'postgres.js with postgres.kebab', open: (url) => openPostgresJs(url, postgres.kebab) },
]

/** A driver for the tests of the `describe` that it is called in, and a table of the user's own. */
export function useDriver(database: { readonly connectionString: string }, { open }: DriverChoice): UserDatabase {
  let driver: Driver | undefined
  beforeAll(async () => {
    await runSql(database.connectionString, 'CREATE TABLE IF NOT EXISTS notes (text text)')
    driver = open(database.connectionString)
  })
  afterAll(() => driver?.close())
  return {
    async transaction(work, isolation) {
      await driver?.transaction(work, isolation)
    },
    notes: async (text) =>
      (await runSql(database.connectionString, 'SELECT FROM notes WHERE text = $1', [text])).length,
  }
}

type Transform = postgres.Options<never>['transform']

function openPg(connectionString: string): Driver {
  const pool = new Pool({ connectionString, max: 1 })
  const wrap = (client: PoolClient): UserTransaction => ({
    client,
    note: (text) => client.query('INSERT INTO notes (text) VALUES ($1)', [text]),
    run: async (text) => (await client.query(text)).rows,
    savepoint: (work) =>
      inSavepoint(
        (text) => client.query(text),
        () => work(wrap(client)),
      ),
  })
  return {
    async transaction(work, isolation = 'read committed') {
      const client = await pool.connect()
      try {
        await client.query(`BEGIN ISOLATION LEVEL ${isolation}`)
        await work(wrap(client))
        await client.query('COMMIT')
      } catch (error) {
        await client.query('ROLLBACK')
        throw error
      } finally {
        client.release()
      }
    },
    close: () => pool.end(),
  }
}

function openKysely(connectionString: string, ...plugins: readonly CamelCasePlugin[]): Driver {
  interface Tables {
    notes: { text: string }
  }
  const dialect = new PostgresDialect({ pool: new Pool({ connectionString, max: 1 }) })
  const db = new Kysely<Tables>({ dialect, plugins: [...plugins] })
  const wrap = (trx: Transaction<Tables>): UserTransaction => ({
    client: kyselyClient(trx),
    note: (text) => trx.insertInto('notes').values({ text }).execute(),
    run: async (text) => (await kyselySql.raw(text).execute(trx.withoutPlugins())).rows,
    savepoint: (work) =>
      inSavepoint(
        (text) => kyselySql.raw(text).execute(trx),
        () => work(wrap(trx)),
      ),
  })
  return {
    transaction: (work, isolation = 'read committed') =>
      db
        .transaction()
        .setIsolationLevel(isolation)
        .execute((trx) => work(wrap(trx))),
    close: () => db.destroy(),
  }
}

function openDrizzleOnPg(connectionString: string): Driver {
  const pool = new Pool({ connectionString, max: 1 })
  return openDrizzle(drizzleOnPg({ client: pool }), () => pool.end())
}

function openDrizzleOnPostgresJs(connectionString: string, transform: Transform = {}): Driver {
  const client = postgres(connectionString, { max: 1, onnotice: () => {}, transform })
  return openDrizzle(drizzleOnPostgresJs({ client }), () => client.end())
}

function openDrizzle<Result extends PgQueryResultHKT>(db: PgDatabase<Result>, close: () => Promise<void>): Driver {
  const notes = pgTable('notes', { text: text('text') })
  type DrizzleTransaction = Parameters<Parameters<typeof db.transaction>[0]>[0]
  const wrap = (tx: DrizzleTransaction): UserTransaction => ({
    client: drizzleClient(tx, drizzleSql),
    note: async (text) => await tx.insert(notes).values({ text }),
    async run(text) {
      const result: unknown = await tx.execute(drizzleSql.raw(text))
      return Array.isArray(result) ? result : (result as { rows: unknown[] }).rows
    },
    savepoint: (work) => tx.transaction((nested) => work(wrap(nested))),
  })
  return {
    transaction: (work, isolationLevel = 'read committed') =>
      db.transaction((tx) => work(wrap(tx)), { isolationLevel }),
    close,
  }
}

function openKnex(connectionString: string, postProcessResponse?: Knex.Config['postProcessResponse']): Driver {
  const knex = knexFactory({
    client: 'pg',
    connection: connectionString,
    pool: { min: 0, max: 1 },
    ...(postProcessResponse && { postProcessResponse }),
  })
  const wrap = (trx: Knex.Transaction): UserTransaction => ({
    client: knexClient(trx),
    note: async (text) => await trx('notes').insert({ text }),
    run: async (text) => (await trx.raw(text)).rows,
    savepoint: (work) => trx.transaction((nested) => work(wrap(nested))),
  })
  return {
    transaction: (work, isolationLevel = 'read committed') =>
      knex.transaction((trx) => work(wrap(trx)), { isolationLevel }),
    close: () => knex.destroy(),
  }
}

function openPostgresJs(connectionString: string, transform: Transform = {}): Driver {
  const sql = postgres(connectionString, { max: 1, onnotice: () => {}, transform })
  const wrap = (tx: postgres.TransactionSql): UserTransaction => ({
    client: postgresJsClient(tx),
    note: async (text) => await tx`INSERT INTO notes ${tx({ text })}`,
    run: async (text) => await tx.unsafe(text).values(),
    savepoint: (work) => tx.savepoint((nested) => work(wrap(nested))),
  })
  return {
    async transaction(work, isolation = 'read committed') {
      await sql.begin(`isolation level ${isolation}`, (tx) => work(wrap(tx)))
    },
    close: () => sql.end(),
  }
}

/** What Objection's `knexSnakeCaseMappers` and the like do to the rows of `knex.raw`. */
function upperCaseColumns(response: { readonly rows?: readonly object[] }): object {
  const rename = (row: object) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toUpperCase(), value]))
  return { ...response, rows: response.rows?.map(rename) }
}

async function inSavepoint(run: (text: string) => Promise<unknown>, work: () => Promise<void>): Promise<void> {
  await run('SAVEPOINT attempt')
  try {
    await work()
    await run('RELEASE SAVEPOINT attempt')
  } catch (error) {
    await run('ROLLBACK TO SAVEPOINT attempt')
    throw error
  }
}
