import type { Queryable } from '../options.ts'
import { inSnakeCase } from './column-names.ts'

/** The part of Drizzle's `PgTransaction` that is needed. */
export interface DrizzleTransaction<Query> {
  /** Runs a statement in the transaction. */
  execute(query: Query): PromiseLike<unknown>
  /** Tells a transaction from a whole database, which is refused when it compiles. */
  rollback(): never
}

/** The part of Drizzle's `sql` that is needed. */
export interface DrizzleSql<Query> {
  /** Text as it is. */
  raw(text: string): Query
  /** A parameter. */
  param(value: unknown): unknown
  /** One query of several pieces. */
  join(chunks: unknown[]): Query
}

/** What is in quotes, or a parameter: a quoted schema name may contain what looks like one. */
const QUOTED_OR_PARAMETER = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\$(\d+)/g

/**
 * The client of a Drizzle transaction, on `node-postgres`, `postgres-js` or another of its PostgreSQL drivers. `sql` is Drizzle's
 * own, of the version that made the transaction.
 *
 * @example
 * import { sql } from 'drizzle-orm'
 *
 * await db.transaction(async (tx) => {
 *   await tx.execute(sql`UPDATE stock SET items = items - 1 WHERE product = ${product}`)
 *   await store.withClient(drizzleClient(tx, sql)).append(`order-${id}`, event, { expectedVersion: 'no-stream' })
 * })
 */
export function drizzleClient<Query>(tx: DrizzleTransaction<Query>, sql: DrizzleSql<Query>): Queryable {
  return {
    async query({ text, values = [] }) {
      const chunks = splitAtParameters(text).map((piece) =>
        typeof piece === 'string' ? sql.raw(piece) : sql.param(values[piece - 1]),
      )
      const result = await tx.execute(sql.join(chunks))
      // Drizzle passes on what its driver returns.
      return { rows: inSnakeCase(Array.isArray(result) ? result : (result as { rows: unknown[] }).rows) }
    },
  }
}

/** The text between the parameters, and their numbers: `'a = $1'` becomes `['a = ', 1, '']`. */
function splitAtParameters(text: string): readonly (string | number)[] {
  const pieces: (string | number)[] = []
  let start = 0
  for (const { 0: token, 1: parameter, index } of text.matchAll(QUOTED_OR_PARAMETER)) {
    if (parameter === undefined) continue
    pieces.push(text.slice(start, index), Number(parameter))
    start = index + token.length
  }
  return [...pieces, text.slice(start)]
}
