import { connect } from 'node:net'

/** What identifies a session to the server that runs it. */
export interface BackendKey {
  readonly host: string
  readonly port: number
  readonly processID: number
  readonly secretKey: number
}

const CANCEL_REQUEST_CODE = 80877102
/** Longer than PgBouncer lets a cancel request wait: `cancel_wait_timeout`, 10 s. */
const PATIENCE = 15_000

/**
 * Asks the server to stop what a session is running, by the protocol's own cancel request: a pooler in between understands it,
 * where `pg_cancel_backend` could hit somebody else. Resolves when the request was taken or could not be delivered.
 *
 * The request may arrive after the statement has ended, and would then hit the next one: never use that connection again.
 * Source: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function requestCancel({ host, port, processID, secretKey }: BackendKey): Promise<void> {
  const request = Buffer.alloc(16)
  request.writeInt32BE(16, 0)
  request.writeInt32BE(CANCEL_REQUEST_CODE, 4)
  request.writeInt32BE(processID, 8)
  request.writeInt32BE(secretKey, 12)
  return new Promise((resolve) => {
    const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    socket.setTimeout(PATIENCE, () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.resume()
    socket.write(request) // the other side closes when it has dealt with it: PgBouncer 1.18 dies of a client that is gone before
  })
}
