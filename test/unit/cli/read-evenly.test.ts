import { describe, expect, test } from 'vitest'
import { readEvenly } from '../../../src/cli/read-evenly.ts'
import type { EventStream, EventTypes, ReadOptions, RecordedEvent } from '../../../src/index.ts'
import { range } from '../../support/new-events.ts'

/** A stream of so many events, all with data of this size, and the options of each read of it. */
function streamOf(count: number, size: number) {
  const reads: ReadOptions[] = []
  const text = 'x'.repeat(size)
  const all = range(1, count).map(
    (number): RecordedEvent => ({
      id: `0190a0b0-0000-7000-8000-${String(number).padStart(12, '0')}`,
      type: 'A',
      data: text,
      metadata: {},
      causationId: null,
      correlationId: null,
      createdAt: new Date(0),
      streamName: 's',
      streamVersion: number,
      position: number,
      eventNumber: number,
    }),
  )
  const read = (_: string, options: ReadOptions = {}): EventStream<EventTypes> => {
    reads.push(options)
    const backwards = options.direction === 'backwards'
    const { from, limit } = options
    const rest = all.filter(
      ({ eventNumber }) => typeof from !== 'number' || (backwards ? eventNumber <= from : eventNumber >= from),
    )
    const found = (backwards ? rest.toReversed() : rest).slice(0, limit)
    return {
      toArray: async () => found,
      batches: async function* () {
        yield found
      },
      [Symbol.asyncIterator]: async function* () {
        yield* found
      },
    }
  }
  return { store: { read }, reads }
}

async function numbersOf(events: AsyncIterable<RecordedEvent>): Promise<readonly number[]> {
  const numbers: number[] = []
  for await (const { eventNumber } of events) numbers.push(eventNumber)
  return numbers
}

describe('a stream that is read evenly', () => {
  test.each([
    [{}, range(1, 50)],
    [{ direction: 'backwards' }, range(1, 50).toReversed()],
    [{ from: 5 }, range(5, 50)],
    [{ from: 40, direction: 'backwards' }, range(1, 40).toReversed()],
    [{ from: 5, direction: 'backwards' }, range(1, 5).toReversed()],
    [{ from: 46 }, range(46, 50)],
    [{ from: 45 }, range(45, 50)],
    [{ limit: 4 }, range(1, 4)],
    [{ limit: 5 }, range(1, 5)],
    [{ limit: 6 }, range(1, 6)],
    [{ limit: 0 }, []],
    [{ from: 51 }, []],
  ] as const)('has all its events, once and in order: %j', async (options, numbers) => {
    expect(await numbersOf(readEvenly(streamOf(50, 1).store, 's', options))).toEqual(numbers)
  })

  test.each([
    [10, 1_000],
    [1024 * 1024, 15],
    [20 * 1024 * 1024, 1],
  ])('is read in pages that fit the memory: events of %i characters', async (size, batchSize) => {
    const { store, reads } = streamOf(25, size)
    expect(await numbersOf(readEvenly(store, 's', {}))).toHaveLength(25)
    expect(reads.map((options) => options.batchSize)).toEqual([5, batchSize])
  })
})
