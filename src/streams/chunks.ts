import { type AppendPart, type AppendRequest, toRequest } from './append-request.ts'

/** The most events and bytes that go with one statement: beyond it the server's memory grows and nothing gets faster. */
const MOST_EVENTS = 2_000
const MOST_BYTES = 8 * 1024 * 1024

/** A piece of an append, and which of its parts each of the piece's parts belongs to. */
export interface Chunk {
  readonly request: AppendRequest
  readonly partIndexes: readonly number[]
}

/** Whether an append is too large for one statement. */
export function isLarge({ events, bytes }: AppendRequest): boolean {
  return events > MOST_EVENTS || bytes > MOST_BYTES
}

/** Cuts a large append into pieces that each fit one statement, in order. Their versions were checked before, under the lock. */
export function* chunksOf({ parts, createdAt }: AppendRequest): Generator<Chunk> {
  let cut: AppendPart[] = []
  let partIndexes: number[] = []
  let events = 0
  let bytes = 0
  const take = (index: number, { stream, events }: AppendPart, first: number, last: number) => {
    if (first === last) return
    cut.push({ stream, expectedVersion: 'any', events: events.slice(first, last) })
    partIndexes.push(index)
  }
  for (const [index, part] of parts.entries()) {
    let first = 0
    for (let next = 0; next < part.events.length; next++) {
      const size = part.events.sizeOf(next)
      if (events === MOST_EVENTS || (events > 0 && bytes + size > MOST_BYTES)) {
        take(index, part, first, next)
        yield { request: toRequest(cut, createdAt, []), partIndexes }
        cut = []
        partIndexes = []
        first = next
        events = 0
        bytes = 0
      }
      events++
      bytes += size
    }
    take(index, part, first, part.events.length)
  }
  if (events > 0) yield { request: toRequest(cut, createdAt, []), partIndexes }
}
