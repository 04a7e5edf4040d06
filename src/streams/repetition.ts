import { DuplicateEventError } from '../errors.ts'
import type { ExpectedVersion } from '../options.ts'
import type { AppendResult } from '../results.ts'
import type { AppendOutcome, AppendPart, AppendRequest } from './append-request.ts'
import type { Location } from './located-events.ts'

/**
 * Judges an append some of whose ids are stored already. The very same append (all its ids, in the same streams, in order, one
 * after the other, with expected versions that fitted then) gets the results that it had; any other is a duplicate. Undefined
 * when none of its ids is stored.
 */
export function judgeRepetition(
  request: AppendRequest,
  located: ReadonlyMap<string, Location>,
): AppendOutcome | undefined {
  const ids = request.parts.flatMap(({ events }) => events.ids)
  const stored = ids.find((id) => located.has(id))
  if (stored === undefined) return undefined
  const last = located.get(ids.at(-1) ?? '')
  const results = request.parts.map((part) => repeatedPart(part, located, last))
  if (results.every((result) => result !== undefined)) return { results }
  const streamName = located.get(stored)?.streamName
  const where =
    streamName == null
      ? 'stored in a stream whose deletion is unfinished'
      : `stored already, in ${JSON.stringify(streamName)}`
  return { error: new DuplicateEventError(stored, where) }
}

function repeatedPart(
  { stream, expectedVersion, events }: AppendPart,
  located: ReadonlyMap<string, Location>,
  last: Location | undefined,
): AppendResult | undefined {
  if (!last) return undefined
  if (events.length === 0) {
    return { streamVersion: typeof expectedVersion === 'number' ? expectedVersion : 0, position: last.position }
  }
  const { ids } = events
  const first = located.get(ids[0] ?? '')
  if (!first || !fitted(expectedVersion, first.streamVersion - 1)) return undefined
  const contiguous = ids.every((id, index) => {
    const found = located.get(id)
    return (
      found?.streamName === stream &&
      found.streamVersion === first.streamVersion + index &&
      found.position === first.position + index
    )
  })
  if (!contiguous) return undefined
  return { streamVersion: first.streamVersion + events.length - 1, position: first.position + events.length - 1 }
}

function fitted(expected: ExpectedVersion, versionThen: number): boolean {
  switch (expected) {
    case 'any':
      return true
    case 'no-stream':
      return versionThen === 0
    case 'stream-exists':
      return versionThen > 0
    default:
      return versionThen === expected
  }
}
