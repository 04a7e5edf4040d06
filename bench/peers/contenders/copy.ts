import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import type { NewEvent } from '../../../src/index.ts'
import { encodeRows, SIGNATURE, TRAILER } from './binary-rows.ts'
import { COLUMNS } from './ceiling-table.ts'
import type { Client } from './driver.ts'

/** Events encoded and sent at once: so the server works while the next ones are being encoded. */
const CHUNK = 250

/**
 * The fastest way into the same columns and indexes: one connection, one COPY in binary format a group, each a transaction.
 *
 * Inside the measured time, for every group anew: ids, JSON, the rows' binary form, sending them, COMMIT. Binary is faster than text
 * on both sides; in chunks, as a group sent whole keeps the server waiting until all of it is encoded. Not inside, as a ceiling
 * has none: versions expected, results, waiting for others.
 */
export class Copier {
  readonly #client: Client
  #position = 0
  #streamVersion = 0

  constructor(client: Client) {
    this.#client = client
  }

  /** Stores one group: this many events for each stream, and of each as many. */
  async copy(events: readonly NewEvent[], perStream: number): Promise<void> {
    const command = new CopyFrom(`COPY ceiling (${COLUMNS}) FROM STDIN (FORMAT binary)`)
    this.#client.query(command)
    const connection = await command.ready
    connection.sendCopyFromChunk(SIGNATURE)
    for (let first = 0; first < events.length; first += CHUNK) {
      connection.sendCopyFromChunk(this.#encode(events, first, perStream))
      await setImmediate()
    }
    connection.sendCopyFromChunk(TRAILER)
    connection.endCopyFrom()
    await command.done
    this.#position += events.length
    this.#streamVersion += perStream
  }

  #encode(events: readonly NewEvent[], first: number, perStream: number): Buffer {
    return encodeRows(events.slice(first, first + CHUNK), (index) => ({
      position: this.#position + first + index + 1,
      streamId: Math.floor((first + index) / perStream) + 1,
      streamVersion: this.#streamVersion + ((first + index) % perStream) + 1,
    }))
  }
}

/** What the driver's connection offers for COPY; its types leave it out. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/** A COPY FROM STDIN as the driver wants a query: it calls the handlers. */
class CopyFrom implements pg.Submittable {
  readonly ready: Promise<CopyConnection>
  readonly done: Promise<void>
  readonly #text: string
  #start: (connection: CopyConnection) => void = () => {}
  #finish: () => void = () => {}
  #fail: (error: Error) => void = () => {}

  constructor(text: string) {
    this.#text = text
    const failed = new Promise<never>((_, reject) => {
      this.#fail = reject
    })
    const ready = new Promise<CopyConnection>((resolve) => {
      this.#start = resolve
    })
    const done = new Promise<void>((resolve) => {
      this.#finish = resolve
    })
    this.ready = Promise.race([ready, failed])
    this.done = Promise.race([done, failed])
    this.done.catch(() => {}) // while somebody waits for ready
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#text)
  }

  handleCopyInResponse(connection: CopyConnection): void {
    this.#start(connection)
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#finish()
  }

  handleError(error: Error): void {
    this.#fail(error)
  }
}
