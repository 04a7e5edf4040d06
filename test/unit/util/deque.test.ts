import { describe, expect, test } from 'vitest'
import { Deque } from '../../../src/util/deque.ts'
import { random } from '../../support/random.ts'

/** Takes everything out, from the front. */
function drain(deque: Deque<number>): number[] {
  const items: number[] = []
  for (let item = deque.shift(); item !== undefined; item = deque.shift()) items.push(item)
  return items
}

describe('a deque', () => {
  test('gives out first what was pushed first, and before that what was put in front', () => {
    const deque = new Deque<number>()
    for (const item of [1, 2, 3]) deque.push(item)
    deque.unshift(0)
    expect([deque.length, deque.first(), deque.last()]).toEqual([4, 0, 3])
    expect(drain(deque)).toEqual([0, 1, 2, 3])
    expect([deque.length, deque.first(), deque.last(), deque.shift()]).toEqual([0, undefined, undefined, undefined])
  })

  test('can be used again after it was emptied or cleared', () => {
    const deque = new Deque<number>()
    deque.push(1)
    deque.shift()
    deque.unshift(2)
    deque.push(3)
    deque.clear()
    expect(deque.length).toBe(0)
    deque.push(4)
    deque.unshift(3)
    expect(drain(deque)).toEqual([3, 4])
  })

  test.each([1, 2, 3, 4, 5])('does what an array does, in random order: seed %i', (seed) => {
    const pick = random(seed)
    const deque = new Deque<number>()
    const array: number[] = []
    for (let n = 0; n < 20_000; n++) {
      const [action] = [pick(20)]
      if (action < 11) array.push(deque.push(n) ?? n)
      else if (action < 19) expect(deque.shift()).toBe(array.shift())
      else array.unshift(deque.unshift(n) ?? n)
      expect([deque.length, deque.first(), deque.last()]).toEqual([array.length, array[0], array.at(-1)])
    }
    expect(drain(deque)).toEqual(array)
  })
})
