import { connect, createServer, type Socket } from 'node:net'
import { listen, stop } from './fake-server.ts'

/**
 * Where a connection is cut, once the client has sent the marker on it: before the server sees what the client sends, when it has
 * seen half or all of it or half of what is copied, before the client sees the
 * answer that leaves a transaction open, or before it sees the one after which none is open.
 */
export type CutPoint =
  | 'before-request'
  | 'half-request'
  | 'half-copy'
  | 'after-request'
  | 'before-answer-within'
  | 'before-answer'

/** Forwards connections to a server until it is told to cut one at an exact point. */
export interface CuttingProxy extends AsyncDisposable {
  readonly url: string
  /** Cuts the next connection that gets to this point after sending the marker; resolves when that has happened. */
  cutAt(point: CutPoint, marker: string): Promise<void>
  /** Accepts no connections (true) or accepts them again. */
  refuse(refusing: boolean): void
}

/** What the server ends an answer with: ready for a query, in a transaction (T) or in none (I). */
const READY = { T: Buffer.from('Z\0\0\0\x05T', 'latin1'), I: Buffer.from('Z\0\0\0\x05I', 'latin1') }

export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let armed: { readonly point: CutPoint; readonly marker: string; readonly done: () => void } | undefined
  let refusing = false

  const server = createServer({ noDelay: true }, (client) => {
    if (refusing) return void client.destroy()
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true })
    let marked = false
    const at = (point: CutPoint) => marked && armed?.point === point
    const end = () => {
      client.destroy()
      upstream.end() // what was forwarded arrives; then the server sees its client gone
    }
    const cut = () => {
      armed?.done()
      armed = undefined
      end()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket)
          end()
        })
    }
    client.on('data', (chunk) => {
      marked ||= armed !== undefined && chunk.includes(armed.marker)
      if (at('before-request')) return cut()
      if (at('half-request') || (at('half-copy') && chunk.length > COPY)) {
        upstream.write(chunk.subarray(0, chunk.length >> 1))
        return cut()
      }
      upstream.write(chunk)
      if (at('after-request')) cut()
    })
    upstream.on('data', (chunk) => {
      if (at('before-answer') && chunk.includes(READY.I)) return cut()
      if (at('before-answer-within') && chunk.includes(READY.T)) return cut()
      client.write(chunk)
    })
  })
  const listening = await listen(server, 0)
  const url = new URL(target)
  url.port = String(listening)
  return {
    url: url.href,
    cutAt: (point, marker) =>
      new Promise((done) => {
        armed = { point, marker, done }
      }),
    refuse(value) {
      refusing = value
    },
    [Symbol.asyncDispose]: () => stop(server, sockets),
  }
}

/** Bytes of what can only be the content of a COPY. */
const COPY = 10_000
