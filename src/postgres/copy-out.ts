import type pg from 'pg'
import { BINARY_HEADER } from './binary-rows.ts'
import { translateError } from './sqlstate.ts'

/** Some rows, each followed by a line feed. */
export interface CopiedRows {
  readonly rows: number
  readonly bytes: Buffer
}

/** Bytes that are gathered before they are handed on; a larger row is handed on by itself. */
const GATHERED = 256 * 1024
/** How many of these may wait for whoever takes them; then the server has to wait. */
const MOST_WAITING = 4
const LINE_FEED = 0x0a
/** What stands before a row's only column: the number of columns, and its length. */
const BEFORE_COLUMN = 6

/** The part of the driver's connection that is needed to hold the server up. */
interface PausingStream {
  pause(): unknown
  resume(): unknown
}

/**
 * A `COPY … TO STDOUT (FORMAT binary)` of one column of text, whose rows are iterated. No more is held in memory than a few pieces:
 * while they wait, nothing is read from the server. Read it to its end, or close the session.
 *
 * Written for the driver's queue of queries: it calls these methods with the server's answers. A message holds one row, the first also
 * the header. Source: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
export class CopyOut implements pg.Submittable, AsyncIterable<CopiedRows> {
  readonly text: string
  readonly #waiting: CopiedRows[] = []
  #stream: PausingStream | undefined
  #gathered = Buffer.allocUnsafe(GATHERED)
  #length = 0
  #rows = 0
  #begun = false
  #ended = false
  #error: Error | null = null
  #wake = () => {}
  callback: (error: Error | null) => void

  constructor(text: string) {
    this.text = text
    this.callback = (error) => {
      this.#error ??= error
      this.#handOn()
      this.#ended = true
      this.#wake()
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CopiedRows> {
    for (;;) {
      const next = this.#waiting.shift()
      if (next) {
        if (this.#waiting.length < MOST_WAITING) this.#stream?.resume()
        yield next
      } else if (this.#error) {
        throw translateError(this.#error)
      } else if (this.#ended) {
        return
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }

  submit(connection: pg.Connection): void {
    this.#stream = connection.stream
    connection.query(this.text)
  }

  /** The bytes are those of the driver's buffer, which it uses again: they are copied at once. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    const row = this.#begun ? 0 : headerLength(chunk)
    this.#begun = true
    if (chunk.length - row < BEFORE_COLUMN) return // the trailer, or a header by itself
    this.#gather(chunk, row + BEFORE_COLUMN)
  }

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.callback(error)
  }

  handleReadyForQuery(): void {
    this.callback(null)
  }

  #gather(chunk: Buffer, start: number): void {
    const needed = chunk.length - start + 1
    if (this.#length + needed > this.#gathered.length) this.#handOn()
    if (needed > this.#gathered.length) this.#gathered = Buffer.allocUnsafe(needed)
    chunk.copy(this.#gathered, this.#length, start)
    this.#length += needed
    this.#gathered[this.#length - 1] = LINE_FEED
    this.#rows++
  }

  #handOn(): void {
    if (this.#rows === 0) return
    this.#waiting.push({ rows: this.#rows, bytes: this.#gathered.subarray(0, this.#length) })
    this.#gathered = Buffer.allocUnsafe(GATHERED)
    this.#length = 0
    this.#rows = 0
    if (this.#waiting.length >= MOST_WAITING) this.#stream?.pause()
    this.#wake()
  }
}

function headerLength(chunk: Buffer): number {
  const signature = BINARY_HEADER.subarray(0, 11)
  return chunk.subarray(0, signature.length).equals(signature) ? BINARY_HEADER.length : 0
}
