import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { ConnectionError, type EventStoreError, TimeoutError } from '../errors.ts'
import { type CopiedRows, CopyOut } from './copy-out.ts'
import type { Statement } from './executor.ts'
import { translateError } from './sqlstate.ts'

/** A dedicated connection that is kept open. Once anything on it fails or takes too long, it is lost for good. */
export class Session {
  readonly #client: pg.Client
  #lost: EventStoreError | undefined
  /** Who waits, and is told of the loss. A race with a promise that lasts as long as the session would keep them all for ever. */
  readonly #waiting = new Set<(error: EventStoreError) => void>()

  /** Takes over a client that is connected. */
  constructor(client: pg.Client) {
    this.#client = client
    client.on('error', (error) => this.#fail(translateError(error)))
    client.on('end', () => this.#fail(new ConnectionError('The server closed the session.')))
  }

  /** Runs one statement. `timeout` is in milliseconds; a statement that fails or takes longer loses the session. */
  async query<Row>(statement: Statement, timeout: number): Promise<readonly Row[]> {
    let answered = false
    const giveUp = () => answered || this.#fail(new TimeoutError(timeout, 'waiting for the session'))
    // What has arrived while a handler kept the event loop busy is heard first.
    const timer = setTimeout(() => setImmediate(giveUp), timeout)
    try {
      const running = this.#client.query({ text: statement.text, values: statement.values ?? [] })
      const { rows } = await this.whileOpen(running)
      return rows as Row[]
    } catch (error) {
      const translated = translateError(error)
      this.#fail(translated)
      throw translated
    } finally {
      answered = true
      clearTimeout(timer)
    }
  }

  /** Runs a `COPY … TO STDOUT (FORMAT binary)` of one column of text. Read it to its end, or close the session. */
  copyOut(text: string): AsyncIterable<CopiedRows> {
    return this.#client.query(new CopyOut(text))
  }

  /** Settles as the promise does; rejects when the session is lost or closed before. */
  async whileOpen<Value>(promise: Promise<Value>): Promise<Value> {
    if (this.#lost) {
      promise.catch(() => {}) // nobody hears of it
      throw this.#lost
    }
    let lose: (error: EventStoreError) => void = () => {}
    try {
      return await new Promise<Value>((resolve, reject) => {
        lose = reject
        this.#waiting.add(lose)
        promise.then(resolve, reject)
      })
    } finally {
      this.#waiting.delete(lose)
    }
  }

  /** Calls back for every notification, until the function that it returns is called. */
  onNotification(callback: (channel: string, payload: string) => void): () => void {
    const listener = ({ channel, payload }: pg.Notification) => callback(channel, payload ?? '')
    this.#client.on('notification', listener)
    return () => this.#client.removeListener('notification', listener)
  }

  /** Closes it; one that does not answer is cut off. */
  async close(): Promise<void> {
    this.#fail(new ConnectionError('The session was closed.'))
    const ended = this.#client.end().catch(() => {})
    const patience = new AbortController()
    const late = sleep(CLOSE_PATIENCE, 'late', { signal: patience.signal }).catch(() => {})
    if ((await Promise.race([ended, late])) === 'late') this.#client.connection.stream.destroy()
    patience.abort()
  }

  #fail(error: EventStoreError): void {
    this.#lost ??= error
    for (const lose of [...this.#waiting]) lose(this.#lost)
  }
}

const CLOSE_PATIENCE = 1_000
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5_000

export interface KeepSessionOptions {
  readonly open: () => Promise<Session>
  /** Works with an open session until the signal aborts or the session is lost. */
  readonly use: (session: Session) => Promise<void>
  readonly onConnected: (attempt: number) => void
  readonly onLost: (error: EventStoreError) => void
  readonly signal: AbortSignal
}

/** Keeps a session open: connect, use it until it is lost, back off, and again until aborted. Never rejects. */
export async function keepSession({ open, use, onConnected, onLost, signal }: KeepSessionOptions): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    let session: Session | undefined
    try {
      session = await open()
      if (signal.aborted) return
      onConnected(attempt)
      attempt = 0
      await use(session)
    } catch (error) {
      if (!signal.aborted) onLost(translateError(error))
    } finally {
      await session?.close()
    }
    if (signal.aborted) return
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt) * (0.5 + Math.random() / 2)
    await sleep(pause, undefined, { signal }).catch(() => {})
  }
}
