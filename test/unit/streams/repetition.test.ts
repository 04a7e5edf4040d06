import { describe, expect, test } from 'vitest'
import { DuplicateEventError } from '../../../src/errors.ts'
import type { ExpectedVersion } from '../../../src/options.ts'
import { type AppendRequest, toRequest } from '../../../src/streams/append-request.ts'
import type { Location } from '../../../src/streams/located-events.ts'
import { judgeRepetition } from '../../../src/streams/repetition.ts'
import { encodedEvents } from '../../support/encoded-events.ts'

type Part = readonly [stream: string, expectedVersion: ExpectedVersion, ids: readonly string[]]
type Stored = readonly [id: string, streamName: string | null, streamVersion: number, position: number]

/** Three events that were appended to `order` at version 4, as positions 11 to 13, and one to `stock`. */
const STORED: readonly Stored[] = [
  ['a', 'order', 5, 11],
  ['b', 'order', 6, 12],
  ['c', 'order', 7, 13],
  ['d', 'stock', 1, 14],
  ['gap', 'order', 8, 16],
  ['swept', null, 1, 20],
]

describe('an append none of whose ids is stored', () => {
  test.each<readonly [string, Part[]]>([
    ['one event', [['order', 4, ['new']]]],
    [
      'several parts',
      [
        ['order', 4, ['new']],
        ['stock', 'any', ['newer']],
      ],
    ],
    ['no events', [['order', 4, []]]],
  ])('is not judged: %s', (_, parts) => {
    expect(judge(parts)).toBeUndefined()
  })
})

describe('the very same append again', () => {
  test.each<readonly [string, Part[], [streamVersion: number, position: number][]]>([
    ['all of its events', [['order', 4, ['a', 'b', 'c']]], [[7, 13]]],
    ['one event', [['order', 4, ['a']]], [[5, 11]]],
    ["'any'", [['order', 'any', ['a', 'b']]], [[6, 12]]],
    ["'stream-exists'", [['order', 'stream-exists', ['a', 'b']]], [[6, 12]]],
    ["'no-stream' for the first event", [['stock', 'no-stream', ['d']]], [[1, 14]]],
    ['version 0 for the first event', [['stock', 0, ['d']]], [[1, 14]]],
    [
      'several parts',
      [
        ['order', 4, ['a', 'b', 'c']],
        ['stock', 'no-stream', ['d']],
      ],
      [
        [7, 13],
        [1, 14],
      ],
    ],
    [
      'a part that only checked a version',
      [
        ['cart', 9, []],
        ['order', 4, ['a', 'b']],
      ],
      [
        [9, 12],
        [6, 12],
      ],
    ],
  ])('has the result that it had: %s', (_, parts, results) => {
    const expected = results.map(([streamVersion, position]) => ({ streamVersion, position }))
    expect(judge(parts)).toEqual({ results: expected })
  })
})

describe('another append with a stored id', () => {
  test.each<readonly [string, Part[], string]>([
    ['a version that did not fit then', [['order', 3, ['a', 'b', 'c']]], 'a'],
    ["'no-stream' for a later event", [['order', 'no-stream', ['a']]], 'a'],
    ["'stream-exists' for the first event", [['stock', 'stream-exists', ['d']]], 'd'],
    ['another stream', [['other', 'any', ['a', 'b']]], 'a'],
    ['another order', [['order', 'any', ['b', 'a']]], 'b'],
    ['a stored id and a new one', [['order', 'any', ['c', 'new']]], 'c'],
    ['a new id and a stored one', [['order', 'any', ['new', 'a']]], 'a'],
    ['ids with others between', [['order', 'any', ['a', 'c']]], 'a'],
    ['ids that follow in the stream, not in $all', [['order', 'any', ['c', 'gap']]], 'c'],
    ['ids of two streams in one part', [['order', 'any', ['c', 'd']]], 'c'],
    [
      'a part that is stored and one that is not',
      [
        ['order', 4, ['a']],
        ['stock', 'any', ['new']],
      ],
      'a',
    ],
    [
      'a part that is not stored and one that is',
      [
        ['stock', 'any', ['new']],
        ['order', 4, ['a']],
      ],
      'a',
    ],
    ['an event of a stream whose deletion is unfinished', [['order', 'any', ['swept']]], 'swept'],
  ])('is a duplicate: %s', (_, parts, id) => {
    const outcome = judge(parts)
    expect(outcome?.error).toBeInstanceOf(DuplicateEventError)
    expect(outcome?.error).toMatchObject({ code: 'DUPLICATE_EVENT', eventId: idOf(id) })
  })

  test('is told where the event is', () => {
    expect(judge([['other', 'any', ['a']]])?.error?.message).toBe(
      `Event ${idOf('a')} is stored already, in "order". Nothing was stored: an event can be there only once.`,
    )
    expect(judge([['other', 'any', ['swept']]])?.error?.message).toContain('in a stream whose deletion is unfinished')
  })
})

function judge(parts: readonly Part[]): ReturnType<typeof judgeRepetition> {
  const located = new Map<string, Location>(
    STORED.map(([id, streamName, streamVersion, position]) => [idOf(id), { streamName, streamVersion, position }]),
  )
  return judgeRepetition(requestOf(parts), located)
}

function requestOf(parts: readonly Part[]): AppendRequest {
  return toRequest(
    parts.map(([stream, expectedVersion, ids]) => ({
      stream,
      expectedVersion,
      events: encodedEvents(ids.map((id) => ({ id: idOf(id) }))),
    })),
    undefined,
    parts.flatMap(([, , ids]) => ids.map(idOf)),
  )
}

/** A UUID for a name. */
function idOf(name: string): string {
  return `00000000-0000-4000-8000-${Buffer.from(name).toString('hex').padStart(12, '0')}`
}
