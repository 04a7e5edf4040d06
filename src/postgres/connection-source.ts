import type { Diagnostic } from '../diagnostics.ts'
import { ConnectionError } from '../errors.ts'
import type { QueryablePool } from '../options.ts'
import { checkInteger, describeValue } from '../util/arguments.ts'
import { type ConnectionOptions, parseConnectionString } from './connection-options.ts'
import { openEmbeddedServer } from './embedded/server.ts'
import { type ConnectionSource, ownPool } from './own-pool.ts'
import type { PoolClient } from './pooled-connection.ts'

/** The options that say where connections come from. */
export interface SourceOptions {
  readonly connectionString?: string
  readonly pool?: QueryablePool
  readonly embedded?: string
  readonly sessionConnectionString?: string
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
  const { pool, embedded, connectionString, sessionConnectionString, poolSize = 10 } = options
  const size = checkInteger(poolSize, 'poolSize', 1)
  const onIdleLost = (error: Error) => onDiagnostic({ type: 'connection-lost', connection: 'pool', error })
  const sessions = sessionConnectionString === undefined ? undefined : parseConnectionString(sessionConnectionString)
  if (embedded !== undefined) {
    if (pool || connectionString !== undefined || sessions) {
      throw new TypeError('embedded brings its own server: give no pool and no connection string with it')
    }
    if (typeof embedded !== 'string' || embedded === '') {
      throw new TypeError(`embedded must be the path of a folder, found ${describeValue(embedded)}`)
    }
    return () => embeddedPool(embedded, size, onIdleLost)
  }
  const given = connectionString === undefined ? undefined : parseConnectionString(connectionString)
  if (pool !== undefined) {
    if (typeof pool?.connect !== 'function') throw new TypeError(`pool must be a pg.Pool, found ${describeValue(pool)}`)
    return () => borrowedPool(pool, sessions ?? given)
  }
  const connection = given ?? parseConnectionString(process.env.DATABASE_URL)
  return () => {
    const own = ownPool({ connection, size, onIdleLost })
    return sessions ? { ...own, openSession: ownPool({ connection: sessions, size: 1, onIdleLost }).openSession } : own
  }
}

function borrowedPool(pool: QueryablePool, sessions: ConnectionOptions | undefined): ConnectionSource {
  const connection = sessions ?? { hosts: [poolOptions(pool)], sessionAttributes: 'any' }
  const { openSession } = ownPool({ connection, size: 1, onIdleLost: () => {} })
  return {
    async connect() {
      const client: PoolClient | undefined = await pool.connect()
      if (client) return client
      throw new ConnectionError('No connection to PostgreSQL: the pool was ended. Keep it open as long as the store.')
    },
    openSession,
    end: async () => {},
  }
}

/** What a `pg.Pool` connects with. It hides the password from whoever lists or copies its options. */
function poolOptions({ options = {} }: QueryablePool & { readonly options?: object }): object {
  return 'password' in options ? { ...options, password: options.password } : options
}

async function embeddedPool(
  folder: string,
  size: number,
  onIdleLost: (error: Error) => void,
): Promise<ConnectionSource> {
  const server = await openEmbeddedServer(folder)
  const pool = ownPool({ connection: parseConnectionString(server.connectionString), size, onIdleLost })
  return {
    connect: pool.connect,
    openSession: pool.openSession,
    async end() {
      await pool.end()
      await server.close()
    },
  }
}
