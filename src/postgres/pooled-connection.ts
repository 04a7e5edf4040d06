import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionError, TimeoutError } from '../errors.ts'
import type { Queryable } from '../options.ts'
import { Deadline } from '../util/deadline.ts'
import { type BackendKey, requestCancel } from './cancel.ts'
import { CopyIn } from './copy.ts'
import { type Statement, type TextRow, textRows } from './executor.ts'
import { LostConnectionError } from './lost-connection.ts'
import { isPerhapsCrash, isReadOnlySession, noConnection, translateError } from './sqlstate.ts'
import { isPrepared, TextQuery } from './text-query.ts'

/** A client taken from a pool: what the store needs of `pg.PoolClient`. */
export type PoolClient = Queryable &
  Partial<BackendKey> & {
    readonly connection?: object
    readonly pipeline?: boolean
    release(error?: Error | boolean): void
    getTransactionStatus?(): 'I' | 'T' | 'E' | null
    on?(event: 'error', listener: () => void): unknown
    removeListener?(event: 'error', listener: () => void): unknown
  }

interface Result<Row> {
  readonly command?: string
  readonly rows: readonly Row[]
}

/** Milliseconds that a cancelled statement has to end before its connection is cut. */
const CANCEL_PATIENCE = 2_000

/** Milliseconds that a server has to show that it has survived an error. */
const ALIVE_PATIENCE = 5_000

/**
 * One connection of a pool, for the time of one operation.
 *
 *   healthy ──statement timed out, connection failed, session is read-only──► broken
 *
 * Released healthy it goes back to the pool, released broken it is closed. A statement that timed out is cancelled on the server.
 * A session that is read-only may stay so for as long as it lasts, while the server lets a new one write.
 */
export class PooledConnection {
  readonly #client: PoolClient
  #broken: Error | undefined
  #settled: Promise<unknown> = Promise.resolve()

  constructor(client: PoolClient) {
    this.#client = client
    client.on?.('error', ignore) // what is running rejects with it; unheard, it would end the process
  }

  /** Whether somebody left a transaction open on it: what the store commits there would not be committed. */
  get inTransaction(): boolean {
    const status = this.#client.getTransactionStatus?.() ?? 'I'
    return status !== 'I'
  }

  run<Row>(statement: Statement, deadline: Deadline): Promise<Result<Row>> {
    const { asText, ...asItIs } = statement
    const understood = this.isDriversOwn ? asItIs : (asText?.() ?? asItIs)
    return this.#settle(this.#client.query(understood) as Promise<Result<Row>>, deadline)
  }

  /** Runs a statement whose columns are taken as the text that the server sends. */
  async readRows(statement: Statement, deadline: Deadline): Promise<readonly TextRow[]> {
    if (!this.isDriversOwn) return textRows((await this.run<object>(statement, deadline)).rows)
    return this.#readText(deadline, statement)
  }

  /** The same, after another statement in the same transaction and round trip. Only where it `isDriversOwn`. */
  async readRowsAfter(first: Statement, statement: Statement, deadline: Deadline): Promise<readonly TextRow[]> {
    const prepare = first.name !== undefined && !isPrepared(this.#client.connection, first)
    if (prepare) await this.#readText(deadline, first)
    return this.#readText(deadline, statement, first)
  }

  #readText(deadline: Deadline, statement: Statement, first?: Statement): Promise<readonly TextRow[]> {
    const running = new Promise<readonly TextRow[]>((resolve, reject) => {
      this.#submit(new TextQuery(statement, (error, rows) => (error ? reject(error) : resolve(rows)), first), reject)
    })
    return this.#settle(running, deadline)
  }

  /** Runs several statements, which are one text without parameters: one that fails ends them all. */
  script<Row>(text: string, deadline: Deadline): Promise<readonly Result<Row>[]> {
    const running: Promise<unknown> = this.#client.query({ text }) // of several statements it resolves to several results
    return this.#settle(running as Promise<readonly Result<Row>[]>, deadline)
  }

  /** Whether it is a client of `pg` itself that sends one query at a time: those take queries of our own making. */
  get isDriversOwn(): boolean {
    const { connection, pipeline } = this.#client
    return connection !== undefined && 'sendCopyFromChunk' in connection && pipeline !== true
  }

  /** Runs a script that begins with a COPY of this content. Only where it `isDriversOwn`. Resolves to the tags of its commands. */
  copyIn(script: string, content: readonly Uint8Array[], deadline: Deadline): Promise<readonly string[]> {
    const copy = new CopyIn(script, content)
    this.#submit(copy, copy.callback)
    return this.#settle(copy.completed, deadline)
  }

  /** `pg` takes a query of our making as it is, and returns it. Where somebody stands in between, he may refuse it in his own way. */
  #submit(query: TextQuery | CopyIn, refuse: (error: Error) => void): void {
    const answered: unknown = this.#client.query(query)
    if (answered instanceof Promise) answered.catch(refuse)
  }

  async #settle<Value>(running: Promise<Value>, deadline: Deadline): Promise<Value> {
    let stopWatching = () => {}
    const expired = new Promise<never>((_, reject) => {
      stopWatching = deadline.onExpired(() => reject(this.#giveUp(running, deadline)))
    })
    try {
      return await Promise.race([running, expired])
    } catch (error) {
      const refused = translateError(error)
      const translated = isPerhapsCrash(refused) ? ((await this.#checkAlive(deadline)) ?? refused) : refused
      if (translated.code !== 'DATABASE' || isReadOnlySession(translated)) this.#broken ??= translated
      throw translated instanceof ConnectionError ? new LostConnectionError(translated) : translated
    } finally {
      stopWatching()
    }
  }

  /** Resolves to the error of a server that has refused a statement and then does not answer: it has gone down. */
  async #checkAlive(deadline: Deadline): Promise<ConnectionError | undefined> {
    const patience = new Deadline(Math.min(ALIVE_PATIENCE, deadline.remaining))
    try {
      await this.#settle(this.#client.query({ text: '' }), patience)
    } catch (error) {
      return noConnection(error)
    }
    return undefined
  }

  /** Gives the connection back, once nothing runs on it. */
  async release(): Promise<void> {
    await this.#settled
    this.#client.removeListener?.('error', ignore)
    this.#client.release(this.#broken)
  }

  #giveUp(running: Promise<unknown>, deadline: Deadline): TimeoutError {
    const { host, port, processID, secretKey } = this.#client
    const ended = running.then(ignore, ignore)
    if (host !== undefined && port !== undefined && processID != null && secretKey != null) {
      const cancelled = requestCancel({ host, port, processID, secretKey }).then(() => ended)
      this.#settled = Promise.race([cancelled, sleep(CANCEL_PATIENCE)])
    }
    this.#broken = new TimeoutError(deadline.timeout, 'waiting for the database')
    return this.#broken as TimeoutError
  }
}

function ignore(): void {}
