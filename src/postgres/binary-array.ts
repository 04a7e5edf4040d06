/** The types of elements, by their numbers in the catalog. */
export const TYPE_NUMBERS = { bytea: 17, int4: 23, text: 25, json: 114, uuid: 2950, jsonb: 3802 } as const

/** Dimensions, whether there may be NULLs, the type of the elements, their number, and the first one's index. */
const HEADER_BYTES = 20
const INT4_BYTES = 4

/**
 * A PostgreSQL array in binary form: after the header its elements, each as a row of binary COPY has it.
 * Source: `array_recv` in https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/arrayfuncs.c
 */
export class BinaryArray {
  readonly bytes: Buffer
  #offset: number

  /** For `count` elements that take so many bytes together, lengths included. */
  constructor(type: number, count: number, bytes: number) {
    this.bytes = Buffer.allocUnsafe(HEADER_BYTES + bytes)
    for (const [index, field] of [1, 1, type, count, 1].entries()) this.bytes.writeInt32BE(field, index * 4)
    this.#offset = HEADER_BYTES
  }

  /** Adds the element that stands there: its length, then itself. */
  add(source: Buffer, start: number, end: number): void {
    this.#offset += source.copy(this.bytes, this.#offset, start, end)
  }

  /** Adds an element of type int4. */
  addInt4(value: number): void {
    this.bytes.writeInt32BE(INT4_BYTES, this.#offset)
    this.#offset = this.bytes.writeInt32BE(value, this.#offset + 4)
  }
}

/** Numbers as an array of int4. */
export function int4Array(numbers: readonly number[]): Buffer {
  const array = new BinaryArray(TYPE_NUMBERS.int4, numbers.length, numbers.length * (4 + INT4_BYTES))
  for (const number of numbers) array.addInt4(number)
  return array.bytes
}
