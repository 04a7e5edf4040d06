/** What a file of binary COPY begins with: the signature, no flags, no extension. */
export const BINARY_HEADER: Uint8Array = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
/** What it ends with: instead of a row's number of columns, -1. */
export const BINARY_TRAILER: Uint8Array = Buffer.from([0xff, 0xff])

/** The bytes that an int8 takes: its length, and itself. */
const INT8_BYTES = 12

const TWO_TO_THE_32 = 2 ** 32

/**
 * Writes rows as binary COPY reads them, into a buffer that grows. A column is its length, then itself; a row begins with the
 * number of its columns. Source: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
 */
export class BinaryRows {
  #buffer: Buffer
  #length = 0

  /** `capacity` is how many bytes are expected. */
  constructor(capacity: number) {
    this.#buffer = Buffer.allocUnsafe(capacity)
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

  /** A UUID in lower case, or NULL. */
  uuid(id: string | null): void {
    this.#reserve(20)
    if (id === null) {
      this.#length = this.#buffer.writeInt32BE(-1, this.#length)
      return
    }
    let offset = this.#buffer.writeInt32BE(16, this.#length)
    for (let index = 0; index < 36; index += 2) {
      if (index === 8 || index === 13 || index === 18 || index === 23) index++
      this.#buffer[offset++] = (digit(id, index) << 4) | digit(id, index + 1)
    }
    this.#length = offset
  }

  /** Text in UTF-8, after a byte in front of it, if one is given: what jsonb wants. */
  text(content: string, before?: number): void {
    this.#reserve(5 + content.length * 3)
    const start = this.#length + 4
    let end = start
    if (before !== undefined) this.#buffer[end++] = before
    end += this.#buffer.write(content, end)
    this.#buffer.writeInt32BE(end - start, this.#length)
    this.#length = end
  }

  /** Bytes, given as hexadecimal digits. */
  hex(digits: string): void {
    this.#reserve(4 + digits.length / 2)
    const start = this.#buffer.writeInt32BE(digits.length / 2, this.#length)
    this.#length = start + this.#buffer.write(digits, start, 'hex')
  }

  /** What was written; nothing may be written after it. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes))
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

function offsetOf(row: number, column: number): number {
  return row + 2 + column * INT8_BYTES + 4
}

function digit(text: string, index: number): number {
  const code = text.charCodeAt(index)
  return code <= 57 ? code - 48 : code - 87
}
