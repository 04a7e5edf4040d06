import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionError, TimeoutError } from '../errors.ts'
import type { Queryable } from '../options.ts'
import type { Deadline } from '../util/deadline.ts'
import { type BackendKey, requestCancel } from './cancel.ts'
import { CopyIn } from './copy.ts'
import { type Statement, type TextRow, textRows } from './executor.ts'
import { LostConnectionError } from './lost-connection.ts'
import { translateError } from './sqlstate.ts'

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

/** What only a client of `pg` itself can do. */
interface DriverClient {
  query(
    statement: Statement & { readonly rowMode: 'array' },
    callback: (error: Error | null, result: Result<TextRow>) => void,
  ): PromiseLike<Result<TextRow>> | undefined
}

interface Result<Row> {
  readonly command?: string
  readonly rows: readonly Row[]
}

/** Milliseconds that a cancelled statement has to end before its connection is cut. */
const CANCEL_PATIENCE = 2_000

/**
 * One connection of a pool, for the time of one operation.
 *
 *   healthy ──statement timed out, or the connection failed──► broken
 *
 * Released healthy it goes back to the pool, released broken it is closed. A statement that timed out is cancelled on the server.
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
    return this.#settle(this.#client.query(statement) as Promise<Result<Row>>, deadline)
  }

  /** Runs a statement of which every column is text. With callbacks, as the driver's promises keep rows alive for too long. */
  async readRows(statement: Statement, deadline: Deadline): Promise<readonly TextRow[]> {
    const client = this.#client
    if (!isDriversOwn(client)) return textRows((await this.run<object>(statement, deadline)).rows)
    const running = new Promise<readonly TextRow[]>((resolve, reject) => {
      const answered = client.query({ ...statement, rowMode: 'array' }, (error, result) =>
        error ? reject(error) : resolve(result.rows),
      )
      // Where somebody stands in between, e.g. to trace what runs, he may answer in his own way.
      answered?.then?.(({ rows }) => resolve(rows), reject)
    })
    return this.#settle(running, deadline)
  }

  /** Runs several statements, which are one text without parameters: one that fails ends them all. */
  script<Row>(text: string, deadline: Deadline): Promise<readonly Result<Row>[]> {
    return this.#settle(this.#client.query({ text }) as unknown as Promise<readonly Result<Row>[]>, deadline)
  }

  /** Whether it can `copyIn`: clients of `pg` can, if they do not send ahead. */
  get copies(): boolean {
    return isDriversOwn(this.#client) && this.#client.pipeline !== true
  }

  /** Runs a script that begins with a COPY of this content. Resolves to the tags of its commands. */
  copyIn(script: string, content: readonly Uint8Array[], deadline: Deadline): Promise<readonly string[]> {
    const copy = new CopyIn(script, content)
    void this.#client.query(copy) // pg takes it as it is, and returns it
    return this.#settle(copy.completed, deadline)
  }

  async #settle<Value>(running: Promise<Value>, deadline: Deadline): Promise<Value> {
    let stopWatching = () => {}
    const expired = new Promise<never>((_, reject) => {
      stopWatching = deadline.onExpired(() => reject(this.#giveUp(running, deadline)))
    })
    try {
      return await Promise.race([running, expired])
    } catch (error) {
      const translated = translateError(error)
      if (translated.code !== 'DATABASE') this.#broken ??= translated
      throw translated instanceof ConnectionError ? new LostConnectionError(translated) : translated
    } finally {
      stopWatching()
    }
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

/** Whether it is a client of `pg` itself, not one that only looks like it. */
function isDriversOwn(client: PoolClient): client is PoolClient & DriverClient {
  return client.connection !== undefined && 'sendCopyFromChunk' in client.connection
}

function ignore(): void {}
