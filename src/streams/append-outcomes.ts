import { DatabaseError, type EventStoreError, StreamDeletedError, WrongExpectedVersionError } from '../errors.ts'
import { parsePlainArray } from '../postgres/array.ts'
import type { AppendResult } from '../results.ts'
import type { AppendOutcome, AppendPart, AppendRequest } from './append-request.ts'
import type { GroupRow } from './append-statement.ts'
import { type Reservation, readReservations } from './reservations.ts'

/** The outcome of an append to one stream that was stored. */
export function readStored(stored: string): AppendOutcome {
  const [streamVersion, position] = parsePlainArray(stored).map(Number)
  return { results: [{ streamVersion: Number(streamVersion), position: Number(position) }] }
}

/** The outcomes of a group of appends, in order. */
export function readOutcomes(requests: readonly AppendRequest[], row: GroupRow | undefined): readonly AppendOutcome[] {
  const reservations = readReservations(row)
  let next = 0
  return requests.map(({ parts }) => {
    const answers = reservations.slice(next, next + parts.length)
    next += parts.length
    const refused = answers.findIndex(({ outcome }) => outcome === 'version' || outcome === 'deleted')
    const [part, answer] = [parts[refused], answers[refused]]
    if (part && answer) return { error: refusal(part, answer) }
    if (answers.length < parts.length) return missingAnswer()
    const results = answers.map(({ version, head }, index) => {
      const count = parts[index]?.events.length ?? 0
      return { streamVersion: (version ?? 0) + count, position: head + count }
    })
    return { results: withHead(parts, results) }
  })
}

/** Parts without events tell the position of `$all`'s last event, which others of the same append may have moved. */
export function withHead(parts: readonly AppendPart[], results: readonly AppendResult[]): readonly AppendResult[] {
  const head = results.reduce((most, { position }) => Math.max(most, position), 0)
  return results.map((result, index) => (parts[index]?.events.length === 0 ? { ...result, position: head } : result))
}

function refusal({ stream, expectedVersion }: AppendPart, { outcome, version }: Reservation): EventStoreError {
  if (outcome === 'deleted') return new StreamDeletedError(stream)
  return new WrongExpectedVersionError(stream, expectedVersion, version ?? 'no-stream')
}

/** The outcome of an append about which the database has said nothing: a fault of ours. */
export function missingAnswer(): { readonly error: EventStoreError } {
  return { error: new DatabaseError('XX000', 'The database answered for fewer appends than it was given.') }
}
