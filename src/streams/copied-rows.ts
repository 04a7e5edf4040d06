import type { Payload } from '../options.ts'
import { BinaryRows, writeBigInt8, writeInt8 } from '../postgres/binary-rows.ts'
import type { AppendRequest } from './append-request.ts'
import type { PreparedEvent } from './prepared-events.ts'
import type { Reservation } from './reservations.ts'

/** The columns of a row that is copied. The first four are numbers, and known only once they were reserved. */
export const COPIED_COLUMNS =
  'position, stream_id, stream_version, created_at, event_id, causation_id, correlation_id, event_type, data, metadata'
const COLUMNS = 10
const RESERVED_COLUMNS = 4

/** Bytes of a row besides its content, with a type of usual length. */
const ROW_BYTES = 160

/** What PostgreSQL counts times from, in milliseconds since 1970. */
const POSTGRES_EPOCH = Date.UTC(2000, 0, 1)
/** In a millisecond. */
const MICROSECONDS = 1_000n
/** What the binary form of jsonb begins with. */
const JSONB_VERSION = 1

/** The events of an append as rows of a binary COPY, complete but for what is reserved. */
export interface CopiedRows {
  readonly bytes: Buffer
  /** Where each row begins. */
  readonly starts: readonly number[]
}

const cache = new WeakMap<AppendRequest, CopiedRows>()

/** The rows of an append, made once: before the lock is taken, so that nobody waits for it. */
export function copiedRows(request: AppendRequest, payload: Payload): CopiedRows {
  let rows = cache.get(request)
  if (!rows) {
    rows = encodeRows(request, payload)
    cache.set(request, rows)
  }
  return rows
}

/** Fills in what was reserved for each part of the append. */
export function fillIn(
  { parts }: AppendRequest,
  { bytes, starts }: CopiedRows,
  reserved: readonly Reservation[],
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let row = 0
  for (const [index, { events }] of parts.entries()) {
    const part = reserved[index]
    if (!part) throw new RangeError(`nothing was reserved for part ${index + 1}`)
    const createdAt = BigInt(part.createdAt - POSTGRES_EPOCH) * MICROSECONDS
    for (let number = 1; number <= events.length; number++) {
      const start = starts[row++] as number
      writeInt8(view, start, 0, part.head + number)
      writeInt8(view, start, 1, part.streamId)
      writeInt8(view, start, 2, (part.version ?? 0) + number)
      writeBigInt8(view, start, 3, createdAt)
    }
  }
}

function encodeRows({ parts, events, bytes }: AppendRequest, payload: Payload): CopiedRows {
  const rows = new BinaryRows(events * ROW_BYTES + bytes)
  const starts: number[] = []
  for (const part of parts) {
    for (const event of part.events) starts.push(encodeRow(rows, event, payload))
  }
  return { bytes: rows.finish(), starts }
}

function encodeRow(rows: BinaryRows, event: PreparedEvent, payload: Payload): number {
  const start = rows.row(COLUMNS)
  rows.int8s(RESERVED_COLUMNS)
  rows.uuid(event.id)
  rows.uuid(event.causationId)
  rows.uuid(event.correlationId)
  rows.text(event.type)
  for (const content of [event.data, event.metadata]) {
    if (payload === 'bytea') rows.hex(content)
    else rows.text(content, payload === 'jsonb' ? JSONB_VERSION : undefined)
  }
  return start
}
