import type { Database } from '../../postgres/database.ts'
import type { Query } from '../../postgres/executor.ts'
import { quoteIdentifier } from '../../postgres/identifier.ts'
import { Deadline } from '../../util/deadline.ts'

/** Where a store's tables are: the oids of its schema and of the table that its lock is named by. */
export interface StoreOids {
  readonly schema: string
  readonly migrations: string
}

/** What the checks of one examination look at. */
export interface Place {
  readonly database: Database
  /** Runs one statement that changes nothing. */
  readonly query: Query
  readonly schemaName: string
  /** The same as a quoted identifier. */
  readonly schema: string
  readonly packageVersion: string
}

/** The server's own limit comes first: what it ends, it can tell of. */
const SHARE_OF_SERVER = 0.8

/** `timeout`: milliseconds for each statement. */
export function placeOf(database: Database, schemaName: string, packageVersion: string, timeout: number): Place {
  const guard = { text: guardText(Math.floor(timeout * SHARE_OF_SERVER)) }
  return {
    database,
    query: (statement) =>
      database.transaction(new Deadline(timeout), async (query) => {
        await query(guard)
        return query(statement)
      }),
    schemaName,
    schema: quoteIdentifier(schemaName),
    packageVersion,
  }
}

/**
 * Nothing is written, nothing runs for long, and names mean what they mean in PostgreSQL itself, whatever else a `search_path` leads to.
 */
function guardText(statementTimeout: number): string {
  return `
    SELECT pg_catalog.set_config('search_path'::text, 'pg_catalog, pg_temp'::text, true),
      pg_catalog.set_config('statement_timeout'::text, '${statementTimeout}'::text, true),
      pg_catalog.set_config('transaction_read_only'::text, 'on'::text, true)`
}

/** Looks a store's tables up without needing any right to them; undefined when they are not there. */
export async function findStore({ query, schemaName }: Place): Promise<StoreOids | undefined> {
  const [row] = await query<{ schema: string; migrations: string }>({
    text: `
      SELECT n.oid::text AS schema, m.oid::text AS migrations
      FROM pg_namespace n
      JOIN pg_class m ON m.relnamespace = n.oid AND m.relname = 'migrations'
      JOIN pg_class e ON e.relnamespace = n.oid AND e.relname = 'events'
      WHERE n.nspname = $1::text`,
    values: [schemaName],
  })
  return row
}
