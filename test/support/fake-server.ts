import { createServer, type Server, type Socket } from 'node:net'

/** What a fake server does when somebody connects. */
export type FakeBehaviour = 'stay-silent' | 'refuse-password' | 'end-when-ready'

/** A server that speaks as much of PostgreSQL's protocol as it takes to refuse a connection, without TLS. */
export interface FakeServer extends AsyncDisposable {
  readonly port: number
  /** How many have connected. */
  readonly connections: number
  /** What the last one said of himself: user, database, application_name and so on. */
  readonly startup: Readonly<Record<string, string>>
  readonly password: string | undefined
}

const SSL_REQUEST = 80877103
const FIRST_MESSAGE_HEADER = 8

/** AuthenticationOk, ReadyForQuery, and what an operator's termination says: all of it at once. */
const READY_AND_ENDED = Buffer.concat([
  Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]),
  errorResponse('57P01', 'terminating connection due to administrator command'),
])

export async function startFakeServer(behaviour: FakeBehaviour): Promise<FakeServer> {
  const sockets = new Set<Socket>()
  const seen: { connections: number; startup: Record<string, string>; password?: string } = {
    connections: 0,
    startup: {},
  }
  const server = createServer((socket) => {
    seen.connections++
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    if (behaviour === 'refuse-password') socket.on('data', (message) => answer(socket, message))
    if (behaviour === 'end-when-ready') socket.once('data', () => socket.end(READY_AND_ENDED))
  })
  function answer(socket: Socket, message: Buffer): void {
    if (message[0] === 0x70) {
      seen.password = message.toString('utf8', 5, message.length - 1)
      socket.end(errorResponse('28P01', 'password authentication failed'))
    } else if (message.readInt32BE(4) === SSL_REQUEST) {
      socket.write('N')
    } else {
      const words = message.toString('utf8', FIRST_MESSAGE_HEADER).split('\0')
      for (let index = 0; words[index]; index += 2) seen.startup[words[index] as string] = words[index + 1] ?? ''
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])) // AuthenticationCleartextPassword
    }
  }
  const port = await listen(server, 0)
  return {
    port,
    get connections() {
      return seen.connections
    },
    get startup() {
      return seen.startup
    },
    get password() {
      return seen.password
    },
    [Symbol.asyncDispose]: () => stop(server, sockets),
  }
}

/** Resolves to the port that it listens on. */
export function listen(server: Server, port: number | string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const ready = () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    }
    if (typeof port === 'string') server.listen(port, ready)
    else server.listen(port, '127.0.0.1', ready)
  })
}

/** Closes the server and every connection to it. */
export function stop(server: Server, sockets: Iterable<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  return new Promise((resolve) => server.close(() => resolve()))
}

function errorResponse(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const header = Buffer.from('E\0\0\0\0', 'latin1')
  header.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([header, fields])
}
