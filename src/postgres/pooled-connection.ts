import { setTimeout as sleep } from 'node:timers/promises'
import { TimeoutError } from '../errors.ts'
import type { Queryable } from '../options.ts'
import type { Deadline } from '../util/deadline.ts'
import { type BackendKey, requestCancel } from './cancel.ts'
import type { Statement } from './executor.ts'
import { translateError } from './sqlstate.ts'

/** A client taken from a pool: what the store needs of `pg.PoolClient`. */
export type PoolClient = Queryable &
  Partial<BackendKey> & {
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

  async run<Row>(statement: Statement, deadline: Deadline): Promise<Result<Row>> {
    const running = this.#client.query(statement) as Promise<Result<Row>>
    let stopWatching = () => {}
    const expired = new Promise<never>((_, reject) => {
      stopWatching = deadline.onExpired(() => reject(this.#giveUp(running, deadline)))
    })
    try {
      return await Promise.race([running, expired])
    } catch (error) {
      const translated = translateError(error)
      if (translated.code !== 'DATABASE') this.#broken ??= translated
      throw translated
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

function ignore(): void {}
