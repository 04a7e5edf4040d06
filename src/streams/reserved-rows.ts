import { writeBigInt8, writeInt8 } from '../postgres/binary-rows.ts'
import type { AppendPart } from './append-request.ts'
import type { Reservation } from './reservations.ts'

/** What PostgreSQL counts times from, in milliseconds since 1970. */
const POSTGRES_EPOCH = Date.UTC(2000, 0, 1)
/** In a millisecond. */
const MICROSECONDS = 1_000n

/** The rows of a part, with what was reserved for it filled in. */
export function reservedRows({ events }: AppendPart, { head, streamId, version, createdAt }: Reservation): Uint8Array {
  const created = BigInt(createdAt - POSTGRES_EPOCH) * MICROSECONDS
  events.eachRow((rows, start, index) => {
    writeInt8(rows, start, 0, head + index + 1)
    writeInt8(rows, start, 1, streamId)
    writeInt8(rows, start, 2, (version ?? 0) + index + 1)
    writeBigInt8(rows, start, 3, created)
  })
  return events.rows
}
