import { Client, type QueryResultRow } from 'pg'

/** Runs a task with a connection of its own, past the store. */
export async function withClient<Result>(
  connectionString: string,
  task: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString, application_name: 'eventstore tests' })
  client.on('error', () => {})
  await client.connect()
  try {
    return await task(client)
  } finally {
    await client.end()
  }
}

/** Runs one statement past the store, and resolves to its rows. */
export function runSql<Row extends QueryResultRow = QueryResultRow>(
  connectionString: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return withClient(connectionString, async (client) => (await client.query<Row>(text, values)).rows)
}

/** How many statements of this database wait for a lock. */
export async function countWaiting(connectionString: string): Promise<number> {
  const rows = await runSql(
    connectionString,
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  )
  return rows.length
}
