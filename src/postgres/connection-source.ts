import type { Diagnostic } from '../diagnostics.ts'
import { ConnectionError } from '../errors.ts'
import type { QueryablePool } from '../options.ts'
import { checkInteger, describeValue } from '../util/arguments.ts'
import { parseConnectionString } from './connection-options.ts'
import { openEmbeddedServer } from './embedded/server.ts'
import { type ConnectionSource, ownPool } from './own-pool.ts'
import type { PoolClient } from './pooled-connection.ts'

/** The options that say where connections come from. */
export interface SourceOptions {
  readonly connectionString?: string
  readonly pool?: QueryablePool
  readonly embedded?: string
  readonly poolSize?: number
}

/**
 * How to open the source of connections that the options name: a pool of the user's, an embedded server, or a pool of our own
 * for a URL or the environment. Throws TypeError or RangeError for options that contradict each other.
 */
export function connectionSource(
  options: SourceOptions,
  onDiagnostic: (diagnostic: Diagnostic) => void,
): () => ConnectionSource | Promise<ConnectionSource> {
  const { pool, embedded, connectionString, poolSize = 10 } = options
  const size = checkInteger(poolSize, 'poolSize', 1)
  const onIdleLost = (error: Error) => onDiagnostic({ type: 'connection-lost', connection: 'pool', error })
  if (embedded !== undefined) {
    if (pool || connectionString !== undefined) {
      throw new TypeError('embedded brings its own server: give no pool and no connectionString with it')
    }
    if (typeof embedded !== 'string' || embedded === '') {
      throw new TypeError(`embedded must be the path of a folder, found ${describeValue(embedded)}`)
    }
    return () => embeddedPool(embedded, size, onIdleLost)
  }
  if (pool !== undefined) {
    if (typeof pool?.connect !== 'function') throw new TypeError(`pool must be a pg.Pool, found ${describeValue(pool)}`)
    return () => borrowedPool(pool)
  }
  const connection = parseConnectionString(connectionString === undefined ? process.env.DATABASE_URL : connectionString)
  return () => ownPool({ connection, size, onIdleLost })
}

function borrowedPool(pool: QueryablePool): ConnectionSource {
  return {
    async connect() {
      const client: PoolClient | undefined = await pool.connect()
      if (client) return client
      throw new ConnectionError('No connection to PostgreSQL: the pool was ended. Keep it open as long as the store.')
    },
    end: async () => {},
  }
}

async function embeddedPool(
  folder: string,
  size: number,
  onIdleLost: (error: Error) => void,
): Promise<ConnectionSource> {
  const server = await openEmbeddedServer(folder)
  const pool = ownPool({ connection: parseConnectionString(server.connectionString), size, onIdleLost })
  return {
    connect: () => pool.connect(),
    async end() {
      await pool.end()
      await server.close()
    },
  }
}
