import type { Payload } from '../options.ts'
import { afterInt8s, BinaryRows, columnEnd } from '../postgres/binary-rows.ts'
import { readUuid } from '../util/uuid.ts'

/** The columns of a row. The first four are numbers, and known only once they were reserved. */
export const EVENT_COLUMNS =
  'position, stream_id, stream_version, created_at, event_id, causation_id, correlation_id, event_type, data, metadata'
const COLUMNS = 10
const RESERVED_COLUMNS = 4

/** The types of the others, in their order: ids, types, contents. */
export const KNOWN_COLUMNS = ['uuid', 'uuid', 'uuid', 'text', 'content', 'content'] as const

/** Bytes of a row, about. */
const USUAL_BYTES = 512
/** What the binary form of jsonb begins with. */
const JSONB_VERSION = 1

/** The fields of an event that are known before it is stored. An `id` of undefined is a new one. */
export interface EventFields {
  readonly id: string | undefined
  readonly causationId: string | null
  readonly correlationId: string | null
  readonly type: string
  readonly data: string | Uint8Array
  readonly metadata: string | Uint8Array
}

/**
 * Events as rows of a binary COPY, complete but for what is reserved. They are encoded when they are appended, and kept in no
 * other form: objects that wait for their turn would be copied by the garbage collector, again and again.
 */
export class EncodedEvents {
  readonly length: number
  readonly #bytes: Buffer
  /** Where each row begins, and the last one ends. */
  readonly #starts: readonly number[]
  readonly #first: number

  constructor(bytes: Buffer, starts: readonly number[], first = 0, last = starts.length - 1) {
    this.#bytes = bytes
    this.#starts = starts
    this.#first = first
    this.length = last - first
  }

  /** Some of them. */
  slice(first: number, last: number): EncodedEvents {
    return new EncodedEvents(this.#bytes, this.#starts, this.#first + first, this.#first + last)
  }

  /** The rows. */
  get rows(): Buffer {
    return this.#bytes.subarray(this.#start(0), this.#start(this.length))
  }

  /** How many bytes the rows take. */
  get size(): number {
    return this.#start(this.length) - this.#start(0)
  }

  /** How many bytes one of them takes. */
  sizeOf(index: number): number {
    return this.#start(index + 1) - this.#start(index)
  }

  /** The ids, in order. */
  get ids(): readonly string[] {
    return Array.from({ length: this.length }, (_, index) => readUuid(this.#bytes, this.#known(index) + 4))
  }

  /** Calls back with where each row begins: what is reserved is to be written there. */
  eachRow(visit: (rows: DataView, start: number, index: number) => void): void {
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength)
    for (let index = 0; index < this.length; index++) visit(view, this.#start(index), index)
  }

  /** Calls back with where each known column of each row begins, with its length, and ends. */
  eachColumn(visit: (column: number, bytes: Buffer, start: number, end: number) => void): void {
    for (let index = 0; index < this.length; index++) {
      let start = this.#known(index)
      for (let column = 0; column < KNOWN_COLUMNS.length; column++) {
        const end = columnEnd(this.#bytes, start)
        visit(column, this.#bytes, start, end)
        start = end
      }
    }
  }

  #start(index: number): number {
    return this.#starts[this.#first + index] as number
  }

  #known(index: number): number {
    return afterInt8s(this.#start(index), RESERVED_COLUMNS)
  }
}

/** Encodes events, one after the other. Throws RangeError when they are more than 1 GB. */
export class EventEncoder {
  readonly #rows: BinaryRows
  readonly #starts: number[] = []
  readonly #contentBefore: number | undefined

  /** `count` is how many are expected. */
  constructor(payload: Payload, count: number) {
    this.#rows = new BinaryRows(count * USUAL_BYTES)
    this.#contentBefore = payload === 'jsonb' ? JSONB_VERSION : undefined
  }

  add({ id, causationId, correlationId, type, data, metadata }: EventFields): void {
    const rows = this.#rows
    this.#starts.push(rows.row(COLUMNS))
    rows.int8s(RESERVED_COLUMNS)
    if (id === undefined) rows.newUuid()
    else rows.uuid(id)
    rows.uuid(causationId)
    rows.uuid(correlationId)
    rows.content(type)
    rows.content(data, this.#contentBefore)
    rows.content(metadata, this.#contentBefore)
  }

  finish(): EncodedEvents {
    const bytes = this.#rows.finish()
    return new EncodedEvents(bytes, [...this.#starts, bytes.length])
  }
}
