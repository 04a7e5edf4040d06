import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AppendRequest, toRequest } from '../../../src/streams/append-request.ts'
import { chunksOf, isLarge } from '../../../src/streams/chunks.ts'
import { encodedEvents } from '../../support/encoded-events.ts'

const MOST_EVENTS = 2_000
const MOST_BYTES = 8 * 1024 * 1024
/** What the row of an event of `sized` takes without its data. */
const ROW_BYTES = encodedEvents([{ data: '' }]).size

describe('isLarge', () => {
  test('tells what fits one statement, by events', () => {
    expect(isLarge(requestOf([small(MOST_EVENTS)]))).toBe(false)
    expect(isLarge(requestOf([small(MOST_EVENTS + 1)]))).toBe(true)
    expect(isLarge(requestOf([small(MOST_EVENTS), [], small(1)]))).toBe(true)
    expect(isLarge(requestOf([[]]))).toBe(false)
  })

  test('tells what fits one statement, by the bytes of all rows together', () => {
    expect(isLarge(requestOf([[MOST_BYTES]]))).toBe(false)
    expect(isLarge(requestOf([[MOST_BYTES + 1]]))).toBe(true)
    expect(isLarge(requestOf([[MOST_BYTES / 2], [MOST_BYTES / 2 + 1]]))).toBe(true)
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
    const chunks = [...chunksOf(requestOf([[5_000_000, 3_000_000, 1_000_000, 20_000_000, 200]]))]
    expect(chunks.map(({ request }) => request.parts[0]?.events.length)).toEqual([2, 1, 1, 1])
  })

  test('expects nothing of versions, which were checked before, and leaves the rest of the append as it was', () => {
    const createdAt = new Date(0)
    const request = { ...requestOf([small(1)]), createdAt }
    const [chunk] = chunksOf(request)
    expect(chunk?.request).toMatchObject({ createdAt, ownIds: [], events: 1, bytes: 200 })
    expect(chunk?.request.parts).toMatchObject([{ stream: 'stream-0', expectedVersion: 'any' }])
    expect(chunk?.request.parts[0]?.events.ids).toEqual(request.parts[0]?.events.ids)
  })

  test('makes none of parts without events', () => {
    expect([...chunksOf(requestOf([[], []]))]).toEqual([])
  })

  test('holds every event once, in order, in the part that it came from, within the bounds of a statement', () => {
    const sizes = fc.oneof(fc.constant(200), fc.integer({ min: 200, max: 9_000_000 }))
    const parts = fc.array(
      fc.oneof(
        fc.array(sizes, { maxLength: 5 }),
        fc.integer({ min: 0, max: 4_500 }).map((count) => Array(count).fill(200)),
      ),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(parts, (sizesOfParts) => {
        const request = requestOf(sizesOfParts)
        const chunks = [...chunksOf(request)]
        const rejoined: string[][] = request.parts.map(() => [])
        for (const { request: chunk, partIndexes } of chunks) {
          const count = chunk.parts.reduce((sum, { events }) => sum + events.length, 0)
          expect(count > 0 && (count === 1 || !isLarge(chunk))).toBe(true)
          for (const [index, part] of chunk.parts.entries()) {
            expect(part.stream).toBe(`stream-${partIndexes[index]}`)
            rejoined[partIndexes[index] ?? -1]?.push(...part.events.ids)
          }
        }
        expect(rejoined).toEqual(request.parts.map(({ events }) => events.ids))
      }),
      { numRuns: 30 },
    )
  })
})

/** A request of events whose rows take so many bytes. */
function requestOf(sizesOfParts: readonly (readonly number[])[]): AppendRequest {
  const parts = sizesOfParts.map((sizes, index) => {
    const events = encodedEvents(sizes.map((size) => ({ data: 'x'.repeat(size - ROW_BYTES) })))
    return { stream: `stream-${index}`, expectedVersion: 0, events }
  })
  return toRequest(parts, undefined, [])
}

function small(count: number): readonly number[] {
  return Array(count).fill(200)
}
