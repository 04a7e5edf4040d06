import { UUID_BYTES, writeUuid, writeUuidv7 } from '../util/uuid.ts'

/** What a file of binary COPY begins with: the signature, no flags, no extension. */
export const BINARY_HEADER: Uint8Array = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
/** What it ends with: instead of a row's number of columns, -1. */
export const BINARY_TRAILER: Uint8Array = Buffer.from([0xff, 0xff])

/** The bytes that an int8 takes: its length, and itself. */
const INT8_BYTES = 12
/** What stands where the length of a column would, if it is NULL. */
const NULL = -1
/** Characters of a text whose bytes are not counted beforehand. */
const SHORT_TEXT = 4_096
const TWO_TO_THE_32 = 2 ** 32

/**
 * Writes rows as binary COPY reads them, into a buffer that grows. A column is its length, then itself; a row begins with the
 * number of its columns. Source: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
 */
export class BinaryRows {
  readonly #most: number
  #buffer: Buffer
  #length = 0

  /** `capacity` is how many bytes are expected, `most` beyond how many it throws RangeError. */
  constructor(capacity: number, most: number = 2 ** 30) {
    this.#most = most
    this.#buffer = Buffer.allocUnsafe(Math.min(capacity, most))
  }

  /** Begins a row; returns where it does. */
  row(columns: number): number {
    this.#reserve(2)
    const start = this.#length
    this.#length = this.#buffer.writeInt16BE(columns, this.#length)
    return start
  }

  /** Leaves room for so many int8 columns, which `writeInt8` fills in later. */
  int8s(count: number): void {
    this.#reserve(count * INT8_BYTES)
    for (let column = 0; column < count; column++) {
      this.#buffer.writeInt32BE(8, this.#length)
      this.#length += INT8_BYTES
    }
  }

  /** A UUID, or NULL. */
  uuid(id: string | null): void {
    this.#reserve(4 + UUID_BYTES)
    if (id === null) {
      this.#length = this.#buffer.writeInt32BE(NULL, this.#length)
      return
    }
    const start = this.#buffer.writeInt32BE(UUID_BYTES, this.#length)
    writeUuid(this.#buffer, start, id)
    this.#length = start + UUID_BYTES
  }

  /** A new UUID version 7. */
  newUuid(): void {
    this.#reserve(4 + UUID_BYTES)
    const start = this.#buffer.writeInt32BE(UUID_BYTES, this.#length)
    writeUuidv7(this.#buffer, start)
    this.#length = start + UUID_BYTES
  }

  /** Text in UTF-8, or bytes as they are; after a byte in front of it, if one is given: what jsonb wants. */
  content(content: string | Uint8Array, before?: number): void {
    this.#reserve(5 + mostBytes(content))
    const start = this.#length + 4
    let end = start
    if (before !== undefined) this.#buffer[end++] = before
    if (typeof content === 'string') end += this.#buffer.write(content, end)
    else {
      this.#buffer.set(content, end)
      end += content.length
    }
    this.#buffer.writeInt32BE(end - start, this.#length)
    this.#length = end
  }

  /** What was written; nothing may be written after it. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#buffer.length) return
    if (needed > this.#most) {
      throw new RangeError(
        `all events of an append together must not exceed ${this.#most} bytes, found more: append several times`,
      )
    }
    const larger = Buffer.allocUnsafe(Math.min(this.#most, Math.max(this.#buffer.length * 2, needed)))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

/** Fills in the `column`th of the int8 columns that a row begins with. */
export function writeInt8(rows: DataView, row: number, column: number, value: number): void {
  const offset = offsetOf(row, column)
  rows.setInt32(offset, Math.floor(value / TWO_TO_THE_32))
  rows.setUint32(offset + 4, value >>> 0)
}

/** The same for a number that may be too large for JavaScript's numbers. */
export function writeBigInt8(rows: DataView, row: number, column: number, value: bigint): void {
  rows.setBigInt64(offsetOf(row, column), value)
}

/** Where the columns after the int8 columns of a row begin. */
export function afterInt8s(row: number, count: number): number {
  return row + 2 + count * INT8_BYTES
}

/** Where the column ends that begins here: the next begins there. */
export function columnEnd(rows: Buffer, start: number): number {
  const length = rows.readInt32BE(start)
  return start + 4 + (length === NULL ? 0 : length)
}

function offsetOf(row: number, column: number): number {
  return row + 2 + column * INT8_BYTES + 4
}

function mostBytes(content: string | Uint8Array): number {
  if (typeof content !== 'string') return content.length
  return content.length <= SHORT_TEXT ? content.length * 3 : Buffer.byteLength(content)
}
