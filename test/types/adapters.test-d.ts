import { sql as drizzleSql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Knex } from 'knex'
import type { ControlledTransaction, Kysely, Transaction } from 'kysely'
import type { Client, PoolClient } from 'pg'
import type { ReservedSql, Sql, TransactionSql } from 'postgres'
import { expectTypeOf, test } from 'vitest'
import { drizzleClient, knexClient, kyselyClient, postgresJsClient } from '../../src/adapters/index.ts'
import type { Queryable } from '../../src/index.ts'

interface Tables {
  notes: { text: string }
}

test('a client of pg is a client as it is', () => {
  expectTypeOf<Client>().toExtend<Queryable>()
  expectTypeOf<PoolClient>().toExtend<Queryable>()
})

test('kyselyClient takes transactions, and no whole database', () => {
  const take = (trx: Transaction<Tables>, controlled: ControlledTransaction<Tables, ['first']>, db: Kysely<Tables>) => {
    expectTypeOf(kyselyClient(trx)).toEqualTypeOf<Queryable>()
    kyselyClient(controlled)
    // @ts-expect-error: no transaction
    kyselyClient(db)
  }
  expectTypeOf(take).toBeFunction()
})

test('drizzleClient takes transactions of any driver, and no whole database', () => {
  const take = (onPg: NodePgDatabase, onPostgresJs: PostgresJsDatabase<{ tables: never }>) => {
    onPg.transaction(async (tx) => expectTypeOf(drizzleClient(tx, drizzleSql)).toEqualTypeOf<Queryable>())
    onPostgresJs.transaction(async (tx) => expectTypeOf(drizzleClient(tx, drizzleSql)).toEqualTypeOf<Queryable>())
    // @ts-expect-error: no transaction
    drizzleClient(onPg, drizzleSql)
  }
  expectTypeOf(take).toBeFunction()
})

test('knexClient takes transactions, and no whole database', () => {
  const take = (trx: Knex.Transaction, knex: Knex) => {
    expectTypeOf(knexClient(trx)).toEqualTypeOf<Queryable>()
    // @ts-expect-error: no transaction
    knexClient(knex)
  }
  expectTypeOf(take).toBeFunction()
})

test('postgresJsClient takes transactions, and no whole database', () => {
  const take = (tx: TransactionSql, typed: TransactionSql<{ bigint: bigint }>, sql: Sql, reserved: ReservedSql) => {
    expectTypeOf(postgresJsClient(tx)).toEqualTypeOf<Queryable>()
    postgresJsClient(typed)
    // @ts-expect-error: no transaction
    postgresJsClient(sql)
    // @ts-expect-error: no transaction of its own
    postgresJsClient(reserved)
  }
  expectTypeOf(take).toBeFunction()
})
