import { createServer, type Socket } from 'node:net'
import { Client } from 'pg'
import { requestCancel } from '../../src/postgres/cancel.ts'
import { listen, stop } from './fake-server.ts'
import {
  errorResponse,
  Messages,
  readFirstMessage,
  sqlStateIn,
  statementName,
  typeOf,
  welcome,
} from './pooler-protocol.ts'

/** Something between a store and its server that shares few connections among many. */
export interface Pooler extends AsyncDisposable {
  /** The URL of the target, by way of the pooler. */
  readonly url: string
  /** Lets transactions that run come to their end, and begins no other until it is resumed. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Ends every connection to the server, in mid-transaction too. */
  endServers(): Promise<void>
  /** Ends every connection, of clients too, and is there again. */
  restart(): Promise<void>
}

/** A pooler in transaction mode, made for tests: it never hands two transactions in a row to the same connection. */
export interface TransactionPooler extends Pooler {
  /** The names under which clients had statements prepared. */
  readonly prepared: readonly string[]
  /** The SQLSTATEs that the server answered with. */
  readonly sqlStates: readonly string[]
  /** Cancel requests whose sender has waited until they were dealt with, and those whose sender was gone before. */
  readonly cancels: { readonly waited: number; readonly gone: number }
}

interface Server {
  readonly client: Client
  readonly socket: Socket
  /** Who has it for this transaction. */
  user: Link | undefined
}

/** A client, and its connection to the server for as long as a transaction lasts. */
interface Link {
  readonly id: number
  readonly socket: Socket
  server: Server | undefined
  /** What waits for a server. */
  readonly waiting: Buffer[]
  /** Requests that ReadyForQuery was not the answer to yet. */
  unanswered: number
}

/**
 * Every client is let in. From the first message of a transaction (or of a statement outside of one) until ReadyForQuery says that
 * none is open, it has a server connection of its own; the next time another one. What belongs to a session is therefore lost:
 * LISTEN, advisory locks, prepared statements.
 */
export async function startTransactionPooler(target: string, { size = 3 } = {}): Promise<TransactionPooler> {
  const links = new Set<Link>()
  /** In the order in which they were used last. */
  const servers: Server[] = []
  const prepared: string[] = []
  const sqlStates: string[] = []
  const cancels = { waited: 0, gone: 0 }
  let lastId = 0
  let opening = 0
  let paused = false

  const listener = createServer({ noDelay: true }, (socket) => {
    const link: Link = { id: ++lastId, socket, server: undefined, waiting: [], unanswered: 0 }
    const messages = new Messages({ typed: false })
    let started = false
    links.add(link)
    socket.on('error', () => {})
    socket.on('close', () => {
      links.delete(link)
      if (link.server) link.server.socket.destroy() // what it has begun is rolled back
    })
    socket.on('data', (chunk) => {
      for (const message of messages.of(chunk)) {
        if (started) take(link, message)
        else if (greet(link, message)) {
          started = true
          messages.started()
        }
      }
    })
  })

  /** Resolves to whether the client was let in. */
  function greet({ socket, id }: Link, message: Buffer): boolean {
    const first = readFirstMessage(message)
    if (first.kind === 'ssl') socket.write('N')
    if (first.kind === 'startup') socket.write(welcome(id))
    if (first.kind === 'cancel') void cancel(socket, first.processId)
    return first.kind === 'startup'
  }

  async function cancel(socket: Socket, processId: number): Promise<void> {
    const server = [...links].find(({ id }) => id === processId)?.server
    let gone = false
    socket.on('end', () => {
      gone = true
    })
    if (server) await requestCancel(keyOf(server.client, target))
    cancels[gone ? 'gone' : 'waited']++
    socket.end()
  }

  function take(link: Link, message: Buffer): void {
    const type = typeOf(message)
    if (type === 'X') return void link.socket.end()
    if (type === 'P') prepared.push(...[statementName(message)].filter((name) => name !== ''))
    if (type === 'Q' || type === 'S') link.unanswered++
    if (link.server) link.server.socket.write(message)
    else link.waiting.push(message)
    assign()
  }

  /** Hands out what is free, first come, first served. */
  function assign(): void {
    for (const link of links) {
      if (paused || link.server || link.waiting.length === 0) continue
      const server = servers.find(({ user }) => user === undefined)
      if (servers.length + opening < size) void open()
      if (!server || servers.length < Math.min(2, size)) return
      servers.splice(servers.indexOf(server), 1)
      servers.push(server)
      server.user = link
      link.server = server
      for (const message of link.waiting.splice(0)) server.socket.write(message)
    }
  }

  async function open(): Promise<void> {
    opening++
    const client = new Client({ connectionString: target, application_name: 'pooler' })
    client.on('error', () => {})
    try {
      await client.connect()
    } catch {
      await client.end().catch(() => {})
      setTimeout(assign, RETRY)
      return
    } finally {
      opening--
    }
    const { stream } = client.connection
    stream.removeAllListeners('data') // from here on nobody but the pooler reads
    const server: Server = { client, socket: stream as Socket, user: undefined }
    const messages = new Messages()
    servers.push(server)
    stream.on('data', (chunk: Buffer) => {
      for (const message of messages.of(chunk)) answer(server, message)
    })
    stream.on('close', () => {
      servers.splice(servers.indexOf(server), 1)
      server.user?.socket.end(errorResponse('08P01', 'server conn crashed?'))
      assign()
    })
    assign()
  }

  function answer(server: Server, message: Buffer): void {
    const { user } = server
    const type = typeOf(message)
    if (type === 'E') sqlStates.push(sqlStateIn(message))
    if (!user) return // a notification for whoever LISTENed on it: nobody can be told
    user.socket.write(message)
    if (type !== 'Z' || --user.unanswered > 0 || message[5] !== NOT_IN_TRANSACTION) return
    user.server = undefined
    server.user = undefined
    assign()
  }

  async function endServers(): Promise<void> {
    for (const { socket } of [...servers]) socket.destroy()
  }

  const port = await listen(listener, 0)
  const url = new URL(target)
  url.host = `127.0.0.1:${port}`
  return {
    url: url.href,
    prepared,
    sqlStates,
    cancels,
    async pause() {
      paused = true
    },
    async resume() {
      paused = false
      assign()
    },
    endServers,
    async restart() {
      for (const { socket } of [...links]) socket.destroy()
      await endServers()
    },
    async [Symbol.asyncDispose]() {
      paused = true
      await stop(
        listener,
        [...links].map(({ socket }) => socket),
      )
      await endServers()
    },
  }
}

const NOT_IN_TRANSACTION = 'I'.charCodeAt(0)
const RETRY = 50

function keyOf(
  { processID, secretKey }: Client & { readonly processID?: number; readonly secretKey?: number },
  target: string,
) {
  const { hostname, port } = new URL(target)
  return { host: hostname, port: Number(port || 5432), processID: processID ?? 0, secretKey: secretKey ?? 0 }
}
