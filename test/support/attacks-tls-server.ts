import { createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { listen, stop } from './fake-server.ts'

/** A server that agrees to TLS, or refuses it, and listens to what it is told then; it never answers as PostgreSQL would. */
export interface TlsServer extends AsyncDisposable {
  readonly port: number
  /** Connections, and those among them on which somebody has told his user name: they trust this server. */
  readonly connections: number
  readonly trusting: number
}

const SSL_REQUEST = 80877103

/** Without a certificate it refuses TLS. */
export async function startTlsServer(certificate?: {
  readonly cert: string
  readonly key: string
}): Promise<TlsServer> {
  const sockets = new Set<Socket>()
  const seen = { connections: 0, trusting: 0 }
  const hear = (message: Buffer) => {
    if (message.includes('user\0')) seen.trusting++
  }
  const server = createServer((socket) => {
    seen.connections++
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.once('data', (first) => {
      if (first.length < 8 || first.readInt32BE(4) !== SSL_REQUEST) {
        hear(first)
        return void socket.destroy()
      }
      socket.write(certificate ? 'S' : 'N')
      const secured = certificate ? new TLSSocket(socket, { isServer: true, ...certificate }) : socket
      secured
        .on('error', () => {})
        .once('data', (message) => {
          hear(message)
          socket.destroy()
        })
    })
  })
  const port = await listen(server, 0)
  return {
    port,
    get connections() {
      return seen.connections
    },
    get trusting() {
      return seen.trusting
    },
    [Symbol.asyncDispose]: () => stop(server, sockets),
  }
}
