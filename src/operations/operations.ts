import { connectionSource } from '../postgres/connection-source.ts'
import { Database } from '../postgres/database.ts'
import type { Query } from '../postgres/executor.ts'
import { quoteIdentifier } from '../postgres/identifier.ts'
import { Deadline } from '../util/deadline.ts'

/** Milliseconds for each statement: some look at every row. */
const TIMEOUT = 600_000

/** What the operator's commands need of a store besides its public API. */
export interface Operations extends AsyncDisposable {
  readonly query: Query
  /** Its name, and the same as a quoted identifier. */
  readonly schemaName: string
  readonly schema: string
}

/** Opens a way to the database of a store. Does no I/O: connects on first use. */
export function openOperations(connectionString: string, schemaName: string): Operations {
  const database = new Database(connectionSource({ connectionString, poolSize: 2 }, () => {}))
  return operationsOn(database, schemaName, TIMEOUT)
}

/** Operations on a database, each statement within so many milliseconds. Disposing of them closes it. */
export function operationsOn(database: Database, schemaName: string, milliseconds: number): Operations {
  return {
    query: (statement) => database.query(statement, new Deadline(milliseconds)),
    schemaName,
    schema: quoteIdentifier(schemaName),
    [Symbol.asyncDispose]: () => database.close(),
  }
}
