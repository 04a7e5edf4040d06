import { runSql } from './run-sql.ts'

const TABLES = ['streams', 'events', 'links', 'subscriptions', 'snapshots', 'migrations'] as const

/** How many rows each table of a store has. */
export async function rowCounts(connectionString: string, schema: string): Promise<Readonly<Record<string, number>>> {
  const counts = TABLES.map(
    (table) => `(SELECT count(*)::int FROM "${schema.replaceAll('"', '""')}".${table}) AS ${table}`,
  )
  const [row] = await runSql<Record<string, number>>(connectionString, `SELECT ${counts.join(', ')}`)
  return row ?? {}
}
