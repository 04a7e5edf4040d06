import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AppendRequest, toRequest } from '../../../src/streams/append-request.ts'
import { chunksOf, isLarge } from '../../../src/streams/chunks.ts'
import type { PreparedEvent } from '../../../src/streams/prepared-events.ts'

const MOST_EVENTS = 2_000
const MOST_BYTES = 8 * 1024 * 1024

describe('isLarge', () => {
  test('tells what fits one statement, by events', () => {
    expect(isLarge(requestOf([small(MOST_EVENTS)]))).toBe(false)
    expect(isLarge(requestOf([small(MOST_EVENTS + 1)]))).toBe(true)
    expect(isLarge(requestOf([small(MOST_EVENTS), [], small(1)]))).toBe(true)
    expect(isLarge(requestOf([[]]))).toBe(false)
  })

  test('tells what fits one statement, by bytes of data and metadata together', () => {
    expect(isLarge(requestOf([[eventOf(MOST_BYTES - 2)]]))).toBe(false)
    expect(isLarge(requestOf([[eventOf(MOST_BYTES - 1)]]))).toBe(true)
    expect(isLarge(requestOf([[eventOf(MOST_BYTES / 2)], [eventOf(MOST_BYTES / 2)]]))).toBe(true)
  })
})

describe('chunksOf', () => {
  test('cuts after the most events of a statement, across parts', () => {
    const chunks = [...chunksOf(requestOf([small(1_500), small(1_500), small(1_500)]))]
    expect(chunks.map(({ partIndexes }) => partIndexes)).toEqual([[0, 1], [1, 2], [2]])
    expect(chunks.map(({ request }) => request.parts.map(({ events }) => events.length))).toEqual([
      [1_500, 500],
      [1_000, 1_000],
      [500],
    ])
  })

  test('cuts before the event that would make a statement too long', () => {
    const events = [eventOf(5_000_000), eventOf(3_000_000), eventOf(1_000_000), eventOf(20_000_000), eventOf(10)]
    const chunks = [...chunksOf(requestOf([events]))]
    expect(chunks.map(({ request }) => request.parts[0]?.events.length)).toEqual([2, 1, 1, 1])
  })

  test('expects nothing of versions, which were checked before, and leaves the rest of the append as it was', () => {
    const createdAt = new Date(0)
    const request = { ...requestOf([small(1)]), createdAt }
    const [chunk] = chunksOf(request)
    expect(chunk?.request).toEqual({
      createdAt,
      ownIds: [],
      events: 1,
      bytes: 12,
      parts: [{ stream: 'stream-0', expectedVersion: 'any', events: request.parts[0]?.events }],
    })
  })

  test('makes none of parts without events', () => {
    expect([...chunksOf(requestOf([[], []]))]).toEqual([])
  })

  test('holds every event once, in order, in the part that it came from, within the bounds of a statement', () => {
    const sizes = fc.oneof(fc.constant(10), fc.integer({ min: 0, max: 9_000_000 }))
    const parts = fc.array(
      fc.oneof(
        fc.array(sizes, { maxLength: 5 }),
        fc.integer({ min: 0, max: 4_500 }).map((count) => Array(count).fill(9)),
      ),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(parts, (sizesOfParts) => {
        const request = requestOf(sizesOfParts.map((list) => list.map((size) => eventOf(size))))
        const chunks = [...chunksOf(request)]
        const rejoined: PreparedEvent[][] = request.parts.map(() => [])
        for (const { request: chunk, partIndexes } of chunks) {
          const events = chunk.parts.flatMap((part) => part.events)
          expect(events.length > 0 && (events.length === 1 || !isLarge(chunk))).toBe(true)
          for (const [index, part] of chunk.parts.entries()) {
            expect(part.stream).toBe(`stream-${partIndexes[index]}`)
            rejoined[partIndexes[index] ?? -1]?.push(...part.events)
          }
        }
        const kept = rejoined.every((list, index) => isSameList(list, request.parts[index]?.events ?? []))
        expect(kept).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})

function requestOf(parts: readonly (readonly PreparedEvent[])[]): AppendRequest {
  const named = parts.map((events, index) => ({ stream: `stream-${index}`, expectedVersion: 0, events }))
  return toRequest(named, undefined, [])
}

function small(count: number): PreparedEvent[] {
  return Array.from({ length: count }, () => eventOf(10))
}

/** An event whose data has this many bytes, and whose metadata has two. */
function eventOf(bytes: number): PreparedEvent {
  return { id: '', type: 'T', data: 'x'.repeat(bytes), metadata: '{}', causationId: null, correlationId: null }
}

function isSameList(list: readonly unknown[], other: readonly unknown[]): boolean {
  return list.length === other.length && list.every((item, index) => item === other[index])
}
