import pg from 'pg'
import type { ConnectionOptions, SessionAttributes } from './connection-options.ts'
import type { PoolClient } from './pooled-connection.ts'
import { Session } from './session.ts'

/** Milliseconds that one host has to answer and to let us in. */
const CONNECT_TIMEOUT = 10_000
/** Milliseconds that a server has to answer a farewell. */
const FAREWELL = 1_000

/** Where connections come from. */
export interface ConnectionSource {
  connect(): Promise<PoolClient>
  /** Opens a dedicated connection; `purpose` tells what it is for in `application_name`. */
  openSession(purpose: string): Promise<Session>
  /** Closes what is idle now, and the rest as it comes back. */
  end(): Promise<void>
}

export interface OwnPoolOptions {
  readonly connection: ConnectionOptions
  readonly size: number
  readonly onIdleLost: (error: Error) => void
}

/**
 * A pool over one or several hosts: a connection goes to the host that served last; when that one fails, or is not of the
 * wanted kind, to the next, once around.
 */
export function ownPool({
  connection: { hosts, sessionAttributes },
  size,
  onIdleLost,
}: OwnPoolOptions): ConnectionSource {
  let current = 0
  class HostClient extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super({ ...config, ...hosts[current], connectionTimeoutMillis: CONNECT_TIMEOUT })
      // Whoever uses it hears of a loss; unheard between two who do, it would end the process.
      this.on('error', () => {})
    }
  }
  const pool = new pg.Pool({
    Client: HostClient,
    max: size,
    keepAlive: true,
    fallback_application_name: 'eventstore',
    ...(sessionAttributes !== 'any' && {
      verify: (client, done) => verify(client, sessionAttributes).then(done, done),
    }),
  })
  const open = new Set<pg.PoolClient>()
  let farewell: NodeJS.Timeout | undefined
  pool.on('connect', (client) => open.add(client))
  pool.on('remove', (client) => {
    open.delete(client)
    if (open.size === 0) clearTimeout(farewell)
  })
  let ended = false
  // The pool does not wait until the server has seen its clients leave: it may say farewell to them meanwhile.
  pool.on('error', (error) => ended || onIdleLost(error))
  /** Tries the host that served last, then the others, once around. */
  const onAnyHost = async <Result>(attempt: () => Promise<Result>): Promise<Result> => {
    for (let failures = 0; ; ) {
      const tried = current
      try {
        return await attempt()
      } catch (error) {
        if (tried === current) current = (tried + 1) % hosts.length
        if (++failures >= hosts.length) throw error
      }
    }
  }
  return {
    connect: () => onAnyHost(() => pool.connect()),
    openSession: (purpose) =>
      onAnyHost(() => {
        const options = { keepAlive: true, fallback_application_name: `eventstore ${purpose}` }
        return connectSession(new HostClient(options), sessionAttributes)
      }),
    async end() {
      ended = true
      await pool.end()
      // A server that does not answer must not keep the process from ending.
      const cutOff = () => open.forEach((client) => void client.connection.stream.destroy())
      if (open.size > 0) farewell = setTimeout(cutOff, FAREWELL).unref()
    },
  }
}

/** Connects a client, and makes a session of it. */
async function connectSession(client: pg.Client, sessionAttributes: SessionAttributes): Promise<Session> {
  client.on('error', () => {}) // before the session hears of it: unheard, it would end the process
  try {
    await client.connect()
    const unfit = sessionAttributes === 'any' ? undefined : await verify(client, sessionAttributes)
    if (unfit) throw unfit
    return new Session(client)
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

/** Resolves to an error when the server behind the client is not of the wanted kind. */
async function verify(
  client: pg.ClientBase & { readonly host: string; readonly port: number },
  wanted: SessionAttributes,
): Promise<Error | undefined> {
  const { rows } = await client.query<{ standby: string; read_only: string }>(
    "SELECT pg_is_in_recovery()::text AS standby, current_setting('transaction_read_only') AS read_only",
  )
  const standby = rows[0]?.standby === 'true'
  const readOnly = rows[0]?.read_only === 'on'
  const fits = { any: true, 'read-write': !readOnly, 'read-only': readOnly, primary: !standby, standby }[wanted]
  if (fits) return undefined
  return new Error(`${client.host}:${client.port} is not ${wanted}, as target_session_attrs demands`)
}
