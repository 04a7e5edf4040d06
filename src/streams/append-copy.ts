import { BINARY_HEADER, BINARY_TRAILER } from '../postgres/binary-rows.ts'
import type { CopyPlan } from '../postgres/executor.ts'
import { quoteLiteral } from '../postgres/identifier.ts'
import type { AppendRequest } from './append-request.ts'
import { type GroupRow, MILLISECONDS } from './append-statement.ts'
import { EVENT_COLUMNS } from './encoded-events.ts'
import { partArrays } from './part-arrays.ts'
import { type Reservation, readReservations } from './reservations.ts'
import { reservedRows } from './reserved-rows.ts'
import type { StoreContext } from './store-context.ts'

/** Events from which a COPY is faster than one statement, and the milliseconds that each of them saves to pay for a second round trip. */
const COPIED_EVENTS = 250
const SAVED = 0.0025
/** Milliseconds of a round trip on one machine, for which the number of events was measured. */
const LOCAL_ROUND_TRIP = 0.5
/** Whether a group is large enough for a COPY, given the milliseconds of a round trip. Measured; see the README of the benchmarks. */
export function isWorthCopying(requests: readonly AppendRequest[], roundTrip: number): boolean {
  const events = requests.reduce((sum, request) => sum + request.events, 0)
  return events >= COPIED_EVENTS && (events - COPIED_EVENTS) * SAVED >= roundTrip - LOCAL_ROUND_TRIP
}

/**
 * A group of appends as a COPY: lock and reserve, then copy the rows of those that were not refused, and commit. For many events
 * it takes the server two thirds of what one statement takes, for a second round trip.
 */
export function copyPlan({ schema }: StoreContext, requests: readonly AppendRequest[]): CopyPlan<GroupRow> {
  return {
    first: reserveScript(schema, requests),
    into: `${schema}.events (${EVENT_COLUMNS})`,
    content: (row) => {
      const reservations = readReservations(row)
      const chunks: Uint8Array[] = []
      let next = 0
      let rows = 0
      for (const { parts } of requests) {
        const reserved = reservations.slice(next, next + parts.length)
        next += parts.length
        if (reserved.some(({ outcome }) => outcome !== 'ok')) continue
        for (const [index, part] of parts.entries()) {
          if (part.events.length === 0) continue
          chunks.push(reservedRows(part, reserved[index] as Reservation))
          rows += part.events.length
        }
      }
      return rows === 0 ? undefined : { chunks: [BINARY_HEADER, ...chunks, BINARY_TRAILER], rows }
    },
  }
}

function reserveScript(schema: string, requests: readonly AppendRequest[]): string {
  const [streams, expected, counts, appends, previous, times] = partArrays(requests).map(quoteLiteral)
  return `
    SELECT outcomes::text, versions::text, heads::text, stream_ids::text, ${MILLISECONDS} AS created
    FROM ${schema}.reserve(${streams}, ${expected}, ${counts}, ${appends}, ${previous}, ${times})`
}
