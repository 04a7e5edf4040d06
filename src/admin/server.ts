import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { takeSample } from '../operations/sample.ts'
import { createApp } from './app.ts'
import type { ShownStore } from './context.ts'
import { cookieName, createToken, judge, type Verdict } from './guard.ts'
import { SECURITY_HEADERS } from './headers.ts'
import { refusalAnswer } from './refusal-answer.ts'
import { Sampler } from './sampler.ts'

const HOST = '127.0.0.1'
/** Milliseconds for a sample: then the database counts as away. */
const SAMPLE_TIMEOUT = 5_000

export interface AdminServerOptions extends ShownStore {
  readonly allowWrites: boolean
  /** @default one that is free */
  readonly port?: number | undefined
  /** Told of what neither a request nor the state of the database explains. */
  readonly onFailure: (error: unknown) => void
}

/** A server of the admin page, for this machine alone. */
export interface AdminServer extends AsyncDisposable {
  readonly port: number
  readonly token: string
  /** With the token: whoever opens it is let in. */
  readonly url: string
  /** Ends every connection, also those that wait for events. Idempotent. */
  close(): Promise<void>
}

/** Starts a server of the admin page. Rejects when the port is taken. The store is the caller's to close, after it. */
export async function startAdminServer({ port: wanted = 0, ...options }: AdminServerOptions): Promise<AdminServer> {
  const { operations, allowWrites, onFailure } = options
  const closing = new AbortController()
  const take = () => takeSample(operations.within(SAMPLE_TIMEOUT))
  const sampler = new Sampler({ take, closing: closing.signal, onFailure })
  const app = createApp({ ...options, sampler, closing: closing.signal })
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const token = createToken()
  let port = 0
  // A request without Host is the guard's to refuse.
  const server = createServer({ requireHostHeader: false }, (incoming, outgoing) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) outgoing.setHeader(name, value)
    const verdict = judge(askedBy(incoming), { port, token, allowWrites })
    if (verdict.verdict === 'pass') void listener(incoming, outgoing)
    else turnAway(verdict, { incoming, outgoing, cookie: `${cookieName(port)}=${token}` })
  })
  server.on('clientError', refuseBrokenRequest)
  port = await listen(server, wanted)
  let closed: Promise<void> | undefined
  const close = () => {
    closing.abort()
    closed ??= closeServer(server)
    return closed
  }
  return { port, token, url: `http://${HOST}:${port}/?token=${token}`, close, [Symbol.asyncDispose]: close }
}

function askedBy({ method = 'GET', url = '', headers }: IncomingMessage) {
  const { host, origin, cookie, authorization } = headers
  const fetchSite = headers['sec-fetch-site']
  const contentType = headers['content-type']
  return { method, target: url, host, origin, cookie, authorization, contentType, fetchSite: fetchSite?.toString() }
}

/** Answers those who are not let through: they come with the token, or are refused. */
function turnAway(
  verdict: Exclude<Verdict, { readonly verdict: 'pass' }>,
  {
    incoming,
    outgoing,
    cookie,
  }: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse; readonly cookie: string },
): void {
  if (verdict.verdict === 'enter') {
    const cookies = `${cookie}; HttpOnly; SameSite=Strict; Path=/`
    outgoing.writeHead(303, { Location: '/', 'Set-Cookie': cookies }).end()
    return
  }
  const { status, headers, body } = refusalAnswer(verdict, incoming.url ?? '')
  outgoing.writeHead(status, headers).end(incoming.method === 'HEAD' ? undefined : body)
}

/** What is no HTTP gets the headers, too. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const headers = Object.entries({ ...SECURITY_HEADERS, 'Content-Length': '0', Connection: 'close' })
  socket.end(`HTTP/1.1 ${status}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' ? 'it is in use: choose another one, or none' : error.message
      reject(new Error(`Port ${port} of ${HOST} cannot be listened on: ${taken}.`, { cause: error }))
    })
    server.listen(port, HOST, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
