import { Client } from 'pg'

export const DATABASE_PREFIX = 'es_test_'

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** A connection to the server's own database, in which no test works. */
export async function connectAdmin(serverUrl: string): Promise<Client> {
  const client = new Client({
    connectionString: withDatabase(serverUrl, 'postgres'),
    application_name: 'eventstore tests',
    connectionTimeoutMillis: 5_000,
  })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Runs one task with such a connection. */
export async function asAdmin<Result>(serverUrl: string, task: (client: Client) => Promise<Result>): Promise<Result> {
  const client = await connectAdmin(serverUrl)
  try {
    return await task(client)
  } finally {
    await client.end()
  }
}

export async function dropDatabase(client: Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`)
}
