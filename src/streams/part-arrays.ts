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
