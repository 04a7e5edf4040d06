import { type AppendPart, type AppendRequest, toRequest } from './append-request.ts'
import { type PreparedEvent, sizeOf } from './prepared-events.ts'

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
export function* chunksOf(request: AppendRequest): Generator<Chunk> {
  let parts: { index: number; part: AppendPart; events: PreparedEvent[] }[] = []
  let events = 0
  let bytes = 0
  const chunk = (): Chunk => {
    const cut = parts.map(({ part, events }) => ({ stream: part.stream, expectedVersion: 'any', events }) as const)
    return { request: toRequest(cut, request.createdAt, []), partIndexes: parts.map(({ index }) => index) }
  }
  for (const [index, part] of request.parts.entries()) {
    for (const event of part.events) {
      if (events === MOST_EVENTS || (events > 0 && bytes + sizeOf(event) > MOST_BYTES)) {
        yield chunk()
        parts = []
        events = 0
        bytes = 0
      }
      const current = parts.at(-1)
      if (current?.index === index) current.events.push(event)
      else parts.push({ index, part, events: [event] })
      events++
      bytes += sizeOf(event)
    }
  }
  if (events > 0) yield chunk()
}
