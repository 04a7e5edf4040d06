import { connectionSource } from '../postgres/connection-source.ts'
import { Database } from '../postgres/database.ts'
import { type Operations, operationsOn } from './operations.ts'

/** Milliseconds for a statement, the wait for a connection included. */
const TIMEOUT = 15_000
const CONNECTIONS = 6

/** Operations for somebody who waits: what takes too long is cancelled on the server, and rejects with TimeoutError. */
export interface BoundedOperations extends Operations {
  /** The same with another time for each statement. */
  within(milliseconds: number): Operations
}

/** Opens a way to the database of a store. Does no I/O: connects on first use. */
export function openBoundedOperations(connectionString: string, schemaName: string): BoundedOperations {
  const database = new Database(connectionSource({ connectionString, poolSize: CONNECTIONS }, () => {}))
  const within = (milliseconds: number) => operationsOn(database, schemaName, milliseconds)
  return { ...within(TIMEOUT), within }
}
