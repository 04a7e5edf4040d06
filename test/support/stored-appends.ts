import { expect } from 'vitest'
import type { AppendResult, EventStore, NewEvent, RecordedEvent, StreamAppend } from '../../src/index.ts'
import { range } from './new-events.ts'

/** One append, all or nothing, as `appendAll` takes it. */
export interface Append {
  readonly parts: readonly StreamAppend[]
  readonly createdAt?: Date
}

/** What became of an append. */
export type Outcome =
  | { readonly results: readonly AppendResult[]; readonly error?: undefined }
  | { readonly error: unknown; readonly results?: undefined }

/** The type of events that only keep an append company. */
export const COMPANION = 'Companion'

/** An event as its append's result says that it was stored. */
interface Claim {
  readonly position: number
  readonly streamName: string
  readonly streamVersion: number
  readonly event: NewEvent
  readonly createdAt: Date | undefined
}

/**
 * Fails unless `$all` holds exactly what the outcomes say: every event of an append that was not refused, at the versions and
 * positions of its results, what is new after the head without gaps, in the order of the appends. Resolves to what is new.
 */
export async function checkStored(
  store: EventStore,
  head: number,
  appends: readonly Append[],
  outcomes: readonly Outcome[],
): Promise<readonly RecordedEvent[]> {
  const claims = appends.flatMap((append, index) => claimsOf(append, outcomes[index]))
  const first = claims.reduce((least, { position }) => Math.min(least, position), head + 1)
  const stored = await store.read('$all', { from: first, batchSize: 5_000 }).toArray()
  const byPosition = new Map(stored.map((event) => [event.position, event]))
  for (const claim of claims) checkClaim(claim, byPosition.get(claim.position))
  const isNew = ({ position }: { readonly position: number }) => position > head
  const positions = claims.filter(isNew).map(({ position }) => position)
  const distinct = [...new Set(positions)] // a repetition has the results of the first
  if (distinct.length > 0) expect(distinct).toEqual(range(head + 1, head + distinct.length))
  const created = stored.filter(isNew)
  expect(created.map(({ position }) => position)).toEqual(distinct)
  return created
}

function claimsOf({ parts, createdAt }: Append, outcome: Outcome | undefined): Claim[] {
  return parts.flatMap(({ stream, events }, index) => {
    const result = outcome?.results?.[index]
    if (!result) return []
    return events.map((event, number) => {
      const before = events.length - 1 - number
      const streamVersion = result.streamVersion - before
      return { streamName: stream, streamVersion, position: result.position - before, event, createdAt }
    })
  })
}

function checkClaim({ event, createdAt, ...place }: Claim, stored: RecordedEvent | undefined): void {
  // There are thousands of companions: to compare them in full would take longer than to store them.
  if (event.type === COMPANION && stored?.type === COMPANION && stored.data === event.data) {
    const { streamName, streamVersion, position } = stored
    if (streamName === place.streamName && streamVersion === place.streamVersion && position === place.position) return
  }
  expect(stored).toEqual({
    ...place,
    eventNumber: place.position,
    id: event.id?.toLowerCase() ?? expect.any(String),
    type: event.type,
    data: event.data,
    metadata: event.metadata ?? {},
    causationId: event.causationId?.toLowerCase() ?? null,
    correlationId: event.correlationId?.toLowerCase() ?? null,
    createdAt: createdAt ?? expect.any(Date),
  })
}
