import { runSql } from './run-sql.ts'

/** The checkpoint of a subscription in the table. */
export async function checkpointInTable(
  connectionString: string,
  schema: string,
  name: string,
): Promise<number | undefined> {
  const [row] = await runSql<{ checkpoint: string }>(
    connectionString,
    `SELECT checkpoint::text FROM ${schema}.subscriptions WHERE subscription_name = $1`,
    [name],
  )
  return row && Number(row.checkpoint)
}
