import { describe, expect, test } from 'vitest'
import { eachOfBatches } from '../../../src/util/each-of-batches.ts'

/** Batches that remember how often they were asked for, and whether they were left. */
function batchesOf(...batches: readonly (readonly number[] | Error)[]) {
  const seen = { asked: 0, left: false }
  const iterator: AsyncIterator<readonly number[]> = {
    async next() {
      const batch = batches[seen.asked++]
      if (batch instanceof Error) throw batch
      return batch ? { done: false, value: batch } : { done: true, value: undefined }
    },
    async return() {
      seen.left = true
      return { done: true, value: undefined }
    },
  }
  return { seen, iterator }
}

async function collect(iterator: AsyncIterator<number>): Promise<number[]> {
  const items: number[] = []
  for await (const item of { [Symbol.asyncIterator]: () => iterator }) items.push(item)
  return items
}

describe('each of batches', () => {
  test('comes in order, also across empty batches, and fetches a batch when the one before is used up', async () => {
    const { seen, iterator } = batchesOf([1, 2], [], [3])
    const each = eachOfBatches(iterator, () => {})
    expect(seen.asked).toBe(0)
    expect((await each.next()).value).toBe(1)
    expect((await each.next()).value).toBe(2)
    expect(seen.asked).toBe(1)
    expect(await collect(each)).toEqual([3])
    expect(await each.next()).toEqual({ done: true, value: undefined })
  })

  test('comes in order also to those who do not wait for one before they ask for the next', async () => {
    const each = eachOfBatches(batchesOf([1, 2], [3], [4, 5]).iterator, () => {})
    const results = await Promise.all(Array.from({ length: 7 }, () => each.next()))
    expect(results.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5, undefined, undefined])
  })

  test('rejects with what fetching throws, and is done after it', async () => {
    const each = eachOfBatches(batchesOf([1], new Error('gone'), [2]).iterator, () => {})
    await each.next()
    await expect(each.next()).rejects.toThrow('gone')
    expect((await each.next()).done).toBe(true)
  })

  test('ends in the middle of a batch when the check says so', async () => {
    let aborted = false
    const each = eachOfBatches(batchesOf([1, 2, 3]).iterator, () => {
      if (aborted) throw new Error('aborted')
    })
    await each.next()
    aborted = true
    await expect(each.next()).rejects.toThrow('aborted')
    expect((await each.next()).done).toBe(true)
  })

  test('tells the batches when it is left, and yields nothing more', async () => {
    const { seen, iterator } = batchesOf([1, 2])
    const each = eachOfBatches(iterator, () => {})
    for await (const _ of { [Symbol.asyncIterator]: () => each }) break
    expect(seen.left).toBe(true)
    expect((await each.next()).done).toBe(true)
  })
})
