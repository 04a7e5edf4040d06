import { ConnectionError } from '../errors.ts'
import { parseConnectionString, splitDatabase } from '../postgres/connection-options.ts'
import { Database } from '../postgres/database.ts'
import type { Statement } from '../postgres/executor.ts'
import { quoteIdentifier } from '../postgres/identifier.ts'
import { ownPool } from '../postgres/own-pool.ts'
import { DUPLICATE_DATABASE, INVALID_CATALOG_NAME, sqlStateOf, UNIQUE_VIOLATION } from '../postgres/sqlstate.ts'
import { Deadline } from '../util/deadline.ts'

/** Databases that are there on any server, and through which others are created and dropped. */
const MAINTENANCE = ['postgres', 'template1']

/** Creates the database that the URL names. Resolves to false when it exists already. */
export async function addDatabase(connectionString: string, timeout: number): Promise<boolean> {
  return onServer(connectionString, timeout, async (name, exists, run) => {
    if (exists) return false
    try {
      await run({ text: `CREATE DATABASE ${quoteIdentifier(name)}` })
      return true
    } catch (error) {
      const sqlState = sqlStateOf(error)
      if (sqlState === DUPLICATE_DATABASE || sqlState === UNIQUE_VIOLATION) return false // another process was first
      throw error
    }
  })
}

/** Drops the database that the URL names. Resolves to false when there is none. */
export async function removeDatabase(connectionString: string, timeout: number): Promise<boolean> {
  return onServer(connectionString, timeout, async (name, exists, run) => {
    if (!exists) return false
    await run({ text: `DROP DATABASE ${quoteIdentifier(name)}` })
    return true
  })
}

async function onServer(
  connectionString: string,
  timeout: number,
  work: (name: string, exists: boolean, run: (statement: Statement) => Promise<readonly unknown[]>) => Promise<boolean>,
): Promise<boolean> {
  const { name, urlOf } = splitDatabase(connectionString)
  for (const maintenance of MAINTENANCE) {
    const connection = parseConnectionString(urlOf(maintenance))
    const database = new Database(() => ownPool({ connection, size: 1, onIdleLost: () => {} }))
    const run = (statement: Statement) => database.query(statement, new Deadline(timeout))
    try {
      const found = await run({ text: 'SELECT datname::text FROM pg_database WHERE datname = $1', values: [name] })
      return await work(name, found.length > 0, run)
    } catch (error) {
      if (sqlStateOf(error) !== INVALID_CATALOG_NAME) throw error
    } finally {
      await database.close()
    }
  }
  throw new ConnectionError(
    `No connection to PostgreSQL: the server has none of the databases ${MAINTENANCE.join(', ')}.`,
  )
}
