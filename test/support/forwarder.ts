import { connect, createServer, type Socket } from 'node:net'
import { listen, stop } from './fake-server.ts'

/** Forwards connections to a server. */
export interface Forwarder extends AsyncDisposable {
  readonly port: number
}

/** Listens on a port (0: any that is free) or on the path of a Unix socket, and forwards to the server of the URL. */
export async function startForwarder(url: string, on: number | string = 0): Promise<Forwarder> {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port || 5432), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket)
          client.destroy()
          upstream.destroy()
        })
    }
    client.pipe(upstream).pipe(client)
  })
  const listening = await listen(server, on)
  return { port: listening, [Symbol.asyncDispose]: () => stop(server, sockets) }
}

/** A port of this machine on which nothing listens. */
export async function unusedPort(): Promise<number> {
  const server = createServer()
  const port = await listen(server, 0)
  await stop(server, [])
  return port
}
