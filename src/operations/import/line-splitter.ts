const LINE_FEED = 0x0a

/** A line, and its number, from 1 on. */
export interface Line {
  readonly number: number
  readonly bytes: Buffer
}

/** A line is longer than any that is taken. */
export class LineTooLong extends Error {
  constructor(
    readonly number: number,
    readonly most: number,
  ) {
    super(`line ${number} is longer than ${most} bytes`)
  }
}

/**
 * Cuts bytes that come in pieces into lines. What is held is one line, of `most` bytes at most: a longer one throws as soon as it is
 * known to be longer.
 */
export class LineSplitter {
  readonly #most: number
  /** The beginning of the line that is not complete yet. */
  #pieces: Buffer[] = []
  #length = 0
  #lines = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Takes a piece, and gives the lines that it completes. */
  *push(piece: Buffer): Generator<Line> {
    let start = 0
    for (;;) {
      const end = piece.indexOf(LINE_FEED, start)
      if (end === -1) break
      yield this.#complete(piece.subarray(start, end))
      start = end + 1
    }
    if (start < piece.length) this.#keep(piece.subarray(start))
  }

  /** The last line, if no line feed follows it. */
  *end(): Generator<Line> {
    if (this.#length > 0) yield this.#complete(Buffer.alloc(0))
  }

  #complete(rest: Buffer): Line {
    this.#keep(rest)
    const bytes = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces, this.#length)
    this.#pieces = []
    this.#length = 0
    this.#lines++
    return { number: this.#lines, bytes }
  }

  #keep(piece: Buffer): void {
    this.#length += piece.length
    if (this.#length > this.#most) throw new LineTooLong(this.#lines + 1, this.#most)
    this.#pieces.push(piece)
  }
}
