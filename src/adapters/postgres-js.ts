import type { Queryable } from '../options.ts'
import { inSnakeCase } from './column-names.ts'

/** The part of postgres.js' `TransactionSql` that is needed. */
export interface PostgresJsTransaction {
  /** Runs a statement with parameters. */
  unsafe(text: string, parameters?: unknown[]): PromiseLike<unknown[]>
  /** Tells a transaction from a whole database, which is refused when it compiles. */
  savepoint(name: string, work: () => unknown): unknown
}

/**
 * The client of a postgres.js transaction. Mind that `sql.begin` rolls back once any statement has failed, even if you catch its
 * error; what the store refuses (a version, an id, an input) is no failed statement.
 *
 * @example
 * await sql.begin(async (tx) => {
 *   await tx`UPDATE stock SET items = items - 1 WHERE product = ${product}`
 *   await store.withClient(postgresJsClient(tx)).append(`order-${id}`, event, { expectedVersion: 'no-stream' })
 * })
 */
export function postgresJsClient(tx: PostgresJsTransaction): Queryable {
  return { query: async ({ text, values = [] }) => ({ rows: inSnakeCase(await tx.unsafe(text, values)) }) }
}
