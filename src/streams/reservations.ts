import { parsePlainArray } from '../postgres/array.ts'
import type { GroupRow } from './append-statement.ts'
import { refuseIsolation } from './isolation.ts'

/** What was reserved for a part of a group, or why not. */
export interface Reservation {
  /** `ok`; `version` or `deleted`: this part refuses its append; `other`: another part does. */
  readonly outcome: string | null | undefined
  /** The stream's version before the part; null is no stream. */
  readonly version: number | null
  /** The position of the last event before the part. */
  readonly head: number
  /** In milliseconds since 1970. */
  readonly createdAt: number
  /** Known when the events are copied. */
  readonly streamId: number
}

/** The reservations of a group's parts, in order. Throws in a transaction of the wrong isolation. */
export function readReservations(row: GroupRow | undefined): readonly Reservation[] {
  if (!row) return []
  const outcomes = parsePlainArray(row.outcomes)
  if (outcomes[0] === 'isolation') throw refuseIsolation()
  const versions = parsePlainArray(row.versions)
  const heads = parsePlainArray(row.heads)
  const streamIds = parsePlainArray(row.stream_ids ?? '{}')
  const created = parsePlainArray(row.created)
  return outcomes.map((outcome, index) => ({
    outcome,
    version: versions[index] == null ? null : Number(versions[index]),
    head: Number(heads[index]),
    streamId: Number(streamIds[index]),
    createdAt: Number(created[index]),
  }))
}
