import { plainArray, textArray } from '../postgres/array.ts'
import type { AppendRequest } from './append-request.ts'

/** The parts of a group, as the arrays that `reserve` takes: streams, expected, counts, appends, previous, times. */
export function partArrays(requests: readonly AppendRequest[]): readonly string[] {
  const streams: string[] = []
  const expected: string[] = []
  const counts: number[] = []
  const appends: number[] = []
  const previous: (number | null)[] = []
  const times: (string | null)[] = []
  const latestPart = new Map<string, number>()
  for (const [append, { parts, createdAt }] of requests.entries()) {
    const time = createdAt?.toISOString() ?? null
    for (const { stream, expectedVersion, events } of parts) {
      streams.push(stream)
      expected.push(String(expectedVersion))
      counts.push(events.length)
      appends.push(append)
      previous.push(latestPart.get(stream) ?? null)
      times.push(time)
      latestPart.set(stream, streams.length)
    }
  }
  return [
    textArray(streams),
    plainArray(expected),
    plainArray(counts),
    plainArray(appends),
    plainArray(previous),
    textArray(times),
  ]
}

/** The events of a group, as arrays: the number of each event's part, its own within the part, ids, types, data, metadata, causation and correlation ids. */
export function eventArrays(requests: readonly AppendRequest[]): readonly (string | null)[] {
  const ofParts: number[] = []
  const numbers: number[] = []
  const ids: string[] = []
  const types: string[] = []
  const data: string[] = []
  const metadata: string[] = []
  const causationIds: (string | null)[] = []
  const correlationIds: (string | null)[] = []
  let part = 0
  for (const { parts } of requests) {
    for (const { events } of parts) {
      part++
      for (const [index, event] of events.entries()) {
        ofParts.push(part)
        numbers.push(index + 1)
        ids.push(event.id)
        types.push(event.type)
        data.push(event.data)
        metadata.push(event.metadata)
        causationIds.push(event.causationId)
        correlationIds.push(event.correlationId)
      }
    }
  }
  return [
    plainArray(ofParts),
    plainArray(numbers),
    plainArray(ids),
    textArray(types),
    textArray(data),
    textArray(metadata),
    idArray(causationIds),
    idArray(correlationIds),
  ]
}

/** NULL when there are none: the server makes as many of it as it needs. */
function idArray(ids: readonly (string | null)[]): string | null {
  return ids.some((id) => id !== null) ? plainArray(ids) : null
}
