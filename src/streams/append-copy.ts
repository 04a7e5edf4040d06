import { BINARY_HEADER, BINARY_TRAILER } from '../postgres/binary-rows.ts'
import type { CopyPlan } from '../postgres/executor.ts'
import { quoteLiteral } from '../postgres/identifier.ts'
import type { AppendRequest } from './append-request.ts'
import { type GroupRow, MILLISECONDS } from './append-statement.ts'
import { COPIED_COLUMNS, copiedRows, fillIn } from './copied-rows.ts'
import { partArrays } from './group-arrays.ts'
import { readReservations } from './reservations.ts'
import type { StoreContext } from './store-context.ts'

/** Events from which a COPY is faster than one statement, and the milliseconds that each of them saves to pay for a second round trip. */
const COPIED_EVENTS = 250
const SAVED = 0.0025
/** Milliseconds of a round trip on one machine, for which the number of events was measured. */
const LOCAL_ROUND_TRIP = 0.5
/** Events of an append that are worth encoding ahead: with others like it, they may be copied. */
const ENCODED_AHEAD = 20

/** Whether a group is large enough for a COPY, given the milliseconds of a round trip. Measured; see the README of the benchmarks. */
export function isWorthCopying(requests: readonly AppendRequest[], roundTrip: number): boolean {
  const events = requests.reduce((sum, request) => sum + request.events, 0)
  return events >= COPIED_EVENTS && (events - COPIED_EVENTS) * SAVED >= roundTrip - LOCAL_ROUND_TRIP
}

/** Encodes an append that has to wait for its group. */
export function encodeAhead({ codec }: StoreContext, request: AppendRequest): void {
  if (request.events >= ENCODED_AHEAD) copiedRows(request, codec.payload)
}

/**
 * A group of appends as a COPY: lock and reserve, then copy the rows of those that were not refused, and commit. For many events
 * it takes the server two thirds of what one statement takes, for a second round trip.
 */
export function copyPlan({ schema, codec }: StoreContext, requests: readonly AppendRequest[]): CopyPlan<GroupRow> {
  const rows = requests.map((request) => copiedRows(request, codec.payload))
  return {
    first: reserveScript(schema, requests),
    into: `${schema}.events (${COPIED_COLUMNS})`,
    content: (row) => {
      const reservations = readReservations(row)
      const chunks: Uint8Array[] = []
      let part = 0
      for (const [index, request] of requests.entries()) {
        const reserved = reservations.slice(part, part + request.parts.length)
        part += request.parts.length
        const copied = rows[index]
        if (!copied || request.events === 0 || !reserved.every(({ outcome }) => outcome === 'ok')) continue
        fillIn(request, copied, reserved)
        chunks.push(copied.bytes)
      }
      return chunks.length === 0 ? undefined : [BINARY_HEADER, ...chunks, BINARY_TRAILER]
    },
  }
}

function reserveScript(schema: string, requests: readonly AppendRequest[]): string {
  const [streams, expected, counts, appends, previous, times] = partArrays(requests).map(quoteLiteral)
  return `
    SELECT outcomes::text, versions::text, heads::text, stream_ids::text, ${MILLISECONDS} AS created
    FROM ${schema}.reserve(${streams}, ${expected}, ${counts}, ${appends}, ${previous}, ${times})`
}
