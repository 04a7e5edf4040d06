import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ReadOptions, type RecordedEvent, StreamDeletedError, StreamNotFoundError } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

const openStore = (options = {}) => freshStore(database.connectionString, { enableHardDeletes: true, ...options })

async function numbersIn(events: AsyncIterable<RecordedEvent>): Promise<number[]> {
  const numbers: number[] = []
  for await (const { eventNumber } of events) numbers.push(eventNumber)
  return numbers
}

describe.each(['stream', '$all'])('%s with 7 events', (name) => {
  let store: FreshStore
  beforeAll(async () => {
    store = await openStore()
    await store.append('stream', newEvents(7), { expectedVersion: 'no-stream' })
  })
  afterAll(() => store.close())

  const reads: readonly [ReadOptions, readonly number[]][] = [
    [{}, range(1, 7)],
    [{ from: 'start' }, range(1, 7)],
    [{ from: 1 }, range(1, 7)],
    [{ from: 2 }, range(2, 7)],
    [{ from: 7 }, [7]],
    [{ from: 8 }, []],
    [{ from: Number.MAX_SAFE_INTEGER }, []],
    [{ from: 'end' }, [7]],
    [{ limit: 0 }, []],
    [{ limit: 1 }, [1]],
    [{ limit: 3 }, [1, 2, 3]],
    [{ limit: 7 }, range(1, 7)],
    [{ limit: 100 }, range(1, 7)],
    [{ limit: Number.POSITIVE_INFINITY }, range(1, 7)],
    [{ from: 3, limit: 2 }, [3, 4]],
    [{ from: 6, limit: 5 }, [6, 7]],
    [{ from: 'end', limit: 5 }, [7]],
    [{ direction: 'forwards' }, range(1, 7)],
    [{ direction: 'backwards' }, range(7, 1)],
    [{ direction: 'backwards', from: 'end' }, range(7, 1)],
    [{ direction: 'backwards', from: 'start' }, [1]],
    [{ direction: 'backwards', from: 1 }, [1]],
    [{ direction: 'backwards', from: 3 }, [3, 2, 1]],
    [{ direction: 'backwards', from: 7 }, range(7, 1)],
    [{ direction: 'backwards', from: 100 }, range(7, 1)],
    [{ direction: 'backwards', limit: 0 }, []],
    [{ direction: 'backwards', limit: 3 }, [7, 6, 5]],
    [{ direction: 'backwards', from: 4, limit: 2 }, [4, 3]],
    [{ direction: 'backwards', from: 2, limit: 9 }, [2, 1]],
  ]

  describe.each([1, 2, 3, 7, 1_000])('in batches of %i', (batchSize) => {
    test.each(reads)('%j', async (options, expected) => {
      const events = store.read(name, { ...options, batchSize })
      expect(await numbersIn(events)).toEqual(expected)
      const read = await events.toArray()
      expect(
        read.map(({ eventNumber, streamVersion, position, streamName, data }) => [
          eventNumber,
          streamVersion,
          position,
          streamName,
          data,
        ]),
      ).toEqual(expected.map((n) => [n, n, n, 'stream', { n }]))
    })

    test('batches() yields arrays of that size, the last perhaps shorter', async () => {
      const sizesOf = async (options: ReadOptions) => {
        const sizes: number[] = []
        for await (const batch of store.read(name, { ...options, batchSize }).batches()) sizes.push(batch.length)
        return sizes
      }
      expect(await sizesOf({})).toEqual(cut(7, batchSize))
      expect(await sizesOf({ direction: 'backwards' })).toEqual(cut(7, batchSize))
      expect(await sizesOf({ limit: 4 })).toEqual(cut(4, batchSize))
      expect(await sizesOf({ from: 8 })).toEqual([])
    })
  })

  test.each<ReadOptions>([
    { from: 0 },
    { from: -1 },
    { from: 1.5 },
    { from: 2 ** 53 },
    { limit: -1 },
    { limit: 0.5 },
    { batchSize: 0 },
    { batchSize: Number.POSITIVE_INFINITY },
    { timeout: 0 },
    { timeout: -1 },
  ])('%o is a RangeError at once', (options) => {
    expect(() => store.read(name, options)).toThrow(RangeError)
  })

  test.each<object>([
    { from: 'middle' },
    { from: '1' },
    { from: null },
    { from: 1n },
    { direction: 'sideways' },
    { limit: '1' },
    { batchSize: '1' },
    { signal: {} },
    { start: 1 },
    [],
  ])('%o is refused at once', (options) => {
    expect(() => store.read(name, options)).toThrow(/./)
  })
})

/** The sizes of batches that `count` events come in. */
function cut(count: number, size: number): number[] {
  return range(1, Math.ceil(count / size)).map((n) => Math.min(size, count - (n - 1) * size))
}

describe('streams that cannot be read', () => {
  test.each<ReadOptions>([{}, { from: 5 }, { from: 'end' }, { direction: 'backwards' }])(
    'reject on the first iteration, not when read is called: %j',
    async (options) => {
      await using store = await openStore()
      await store.append('deleted', newEvent(), { expectedVersion: 'any' })
      await store.deleteStream('deleted', { expectedVersion: 'any' })
      const missing = store.read('missing', options)
      const deleted = store.read('deleted', options)
      const error = await rejection(missing.toArray())
      expect(error).toBeInstanceOf(StreamNotFoundError)
      expect(error).toMatchObject({ streamName: 'missing' })
      expect(await rejection(missing[Symbol.asyncIterator]().next())).toBeInstanceOf(StreamNotFoundError)
      expect(await rejection(missing.batches()[Symbol.asyncIterator]().next())).toBeInstanceOf(StreamNotFoundError)
      expect(await rejection(deleted.toArray())).toBeInstanceOf(StreamDeletedError)
      expect(await rejection(numbersIn(deleted))).toBeInstanceOf(StreamDeletedError)
    },
  )

  test.each<ReadOptions>([{}, { from: 'end' }, { from: 5 }, { direction: 'backwards' }])(
    '$all of an empty store has no events: %j',
    async (options) => {
      await using store = await openStore()
      expect(await store.read('$all', options).toArray()).toEqual([])
    },
  )
})

describe('$all', () => {
  const sizes = [1, 2, 1_000]

  test('has the events of two streams in the order in which they were appended', async () => {
    await using store = await openStore()
    await store.append('a', newEvent(), { expectedVersion: 0 })
    await store.append('b', newEvent(), { expectedVersion: 0 })
    await store.append('a', newEvent(), { expectedVersion: 1 })
    await store.append('b', newEvent(), { expectedVersion: 1 })
    const events = await store.read('$all').toArray()
    expect(events.map(({ position, streamName, streamVersion }) => [position, streamName, streamVersion])).toEqual([
      [1, 'a', 1],
      [2, 'b', 1],
      [3, 'a', 2],
      [4, 'b', 2],
    ])
  })

  test.each(sizes)(
    'is read in batches of %i, forwards and backwards, with the numbers of each stream',
    async (batchSize) => {
      await using store = await openStore()
      await store.append('a', newEvents(3), { expectedVersion: 0 })
      await store.append('b', newEvents(3), { expectedVersion: 0 })
      const forwards = await store.read('$all', { batchSize }).toArray()
      expect(forwards.map(({ eventNumber }) => eventNumber)).toEqual(range(1, 6))
      expect(forwards.map(({ streamVersion }) => streamVersion)).toEqual([1, 2, 3, 1, 2, 3])
      expect(forwards.map(({ streamName }) => streamName)).toEqual(['a', 'a', 'a', 'b', 'b', 'b'])
      const backwards = await store.read('$all', { batchSize, direction: 'backwards' }).toArray()
      expect(backwards).toEqual(forwards.toReversed())
    },
  )

  test.each(sizes)('is read across the gaps of hard deletes in batches of %i', async (batchSize) => {
    await using store = await openStore()
    for (const name of ['a', 'b', 'c', 'd', 'e']) await store.append(name, newEvents(3), { expectedVersion: 0 })
    for (const name of ['a', 'c', 'e']) await store.deleteStream(name, { expectedVersion: 3, mode: 'hard' })
    const left = [4, 5, 6, 10, 11, 12]
    expect(await numbersIn(store.read('$all', { batchSize }))).toEqual(left)
    expect(await numbersIn(store.read('$all', { batchSize, direction: 'backwards' }))).toEqual(left.toReversed())
    expect(await numbersIn(store.read('$all', { batchSize, from: 7 }))).toEqual([10, 11, 12])
    expect(await numbersIn(store.read('$all', { batchSize, from: 9, direction: 'backwards' }))).toEqual([6, 5, 4])
    expect(await numbersIn(store.read('$all', { batchSize, from: 5, limit: 3 }))).toEqual([5, 6, 10])
    expect(await numbersIn(store.read('$all', { batchSize, from: 'end' }))).toEqual([12])
    expect((await store.getStream('$all')).version).toBe(15)
  })

  test('is read page by page with from and limit', async () => {
    await using store = await openStore()
    await store.append('s', newEvents(20), { expectedVersion: 0 })
    expect(await numbersIn(store.read('$all', { limit: 10 }))).toEqual(range(1, 10))
    expect(await numbersIn(store.read('$all', { from: 11, limit: 10 }))).toEqual(range(11, 20))
    expect(await numbersIn(store.read('$all', { from: 21, limit: 10 }))).toEqual([])
  })
})

describe('a stream of links and own events', () => {
  test.each([1, 2, 3, 1_000])('is read in the order of its numbers in batches of %i', async (batchSize) => {
    await using store = await openStore()
    await store.append('source', newEvents(4), { expectedVersion: 0 })
    const [a, b, c, d] = (await store.read('source').toArray()) as [
      RecordedEvent,
      RecordedEvent,
      RecordedEvent,
      RecordedEvent,
    ]
    await store.append('mixed', newEvent(11), { expectedVersion: 0 })
    await store.link('mixed', [d, a], { expectedVersion: 1 })
    await store.append('mixed', newEvents(2, 12), { expectedVersion: 3 })
    await store.link('mixed', [c], { expectedVersion: 5 })
    await store.link('mixed', [b], { expectedVersion: 6 })
    const events = await store.read('mixed', { batchSize }).toArray()
    expect(events.map(({ data }) => data)).toEqual([11, 4, 1, 12, 13, 3, 2].map((n) => ({ n })))
    expect(events.map(({ eventNumber }) => eventNumber)).toEqual(range(1, 7))
    const backwards = await store.read('mixed', { batchSize, direction: 'backwards' }).toArray()
    expect(backwards).toEqual(events.toReversed())
    expect(await numbersIn(store.read('mixed', { batchSize, from: 3, limit: 3 }))).toEqual([3, 4, 5])
    expect(await numbersIn(store.read('mixed', { batchSize, from: 'end' }))).toEqual([7])
  })

  test.each([1, 2, 1_000])('is read across the gaps of hard deleted sources in batches of %i', async (batchSize) => {
    await using store = await openStore()
    await store.append('source', newEvents(3), { expectedVersion: 0 })
    await store.append('mixed', newEvent(), { expectedVersion: 0 })
    await store.link('mixed', await store.read('source').toArray(), { expectedVersion: 1 })
    await store.append('mixed', newEvent(), { expectedVersion: 4 })
    await store.deleteStream('source', { expectedVersion: 3, mode: 'hard' })
    expect(await numbersIn(store.read('mixed', { batchSize }))).toEqual([1, 5])
    expect(await numbersIn(store.read('mixed', { batchSize, direction: 'backwards' }))).toEqual([5, 1])
    expect(await numbersIn(store.read('mixed', { batchSize, from: 2 }))).toEqual([5])
    expect(await numbersIn(store.read('mixed', { batchSize, from: 4, direction: 'backwards' }))).toEqual([1])
  })
})

describe('while others write', () => {
  test('a read forwards goes on to events that are appended between its pages', async () => {
    await using store = await openStore()
    await store.append('s', newEvents(2), { expectedVersion: 0 })
    const numbers: number[] = []
    for await (const { eventNumber } of store.read('s', { batchSize: 1 })) {
      numbers.push(eventNumber)
      if (eventNumber < 9) await store.append('s', newEvent(), { expectedVersion: 'any' })
    }
    expect(numbers).toEqual(range(1, 10))
  })

  test('a read backwards keeps to what was there when it began', async () => {
    await using store = await openStore()
    await store.append('s', newEvents(4), { expectedVersion: 0 })
    const numbers: number[] = []
    for await (const { eventNumber } of store.read('s', { batchSize: 1, direction: 'backwards' })) {
      numbers.push(eventNumber)
      await store.append('s', newEvent(), { expectedVersion: 'any' })
    }
    expect(numbers).toEqual([4, 3, 2, 1])
  })

  test('each iteration reads anew, and several at once do not disturb each other', async () => {
    await using store = await openStore()
    await store.append('s', newEvents(3), { expectedVersion: 0 })
    const read = store.read('s', { batchSize: 1 })
    expect(
      await Promise.all([numbersIn(read), read.toArray().then((events) => events.length), numbersIn(read)]),
    ).toEqual([[1, 2, 3], 3, [1, 2, 3]])
    await store.append('s', newEvent(), { expectedVersion: 3 })
    expect(await numbersIn(read)).toEqual([1, 2, 3, 4])
  })

  test('a stream that is hard deleted and created again between two pages is StreamNotFoundError, not its new events', async () => {
    await using store = await openStore()
    await store.append('s', newEvents(5), { expectedVersion: 0 })
    const seen: RecordedEvent[] = []
    const reading = (async () => {
      for await (const event of store.read('s', { batchSize: 1 })) {
        seen.push(event)
        if (event.eventNumber > 1) continue
        await store.deleteStream('s', { expectedVersion: 5, mode: 'hard' })
        await store.append('s', newEvents(5, 101), { expectedVersion: 0 })
      }
    })()
    expect(await rejection(reading)).toBeInstanceOf(StreamNotFoundError)
    expect(seen.length).toBeLessThanOrEqual(2)
    for (const [index, { data }] of seen.entries()) expect(data).toEqual({ n: index + 1 })
  })

  test.each(['soft', 'hard'] as const)('a %s delete between two pages ends the read with an error', async (mode) => {
    await using store = await openStore()
    await store.append('s', newEvents(5), { expectedVersion: 0 })
    const reading = (async () => {
      for await (const { eventNumber } of store.read('s', { batchSize: 1 })) {
        if (eventNumber === 1) await store.deleteStream('s', { expectedVersion: 5, mode })
      }
    })()
    expect(await rejection(reading)).toBeInstanceOf(mode === 'soft' ? StreamDeletedError : StreamNotFoundError)
  })
})
