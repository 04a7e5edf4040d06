import { describe, expect, test } from 'vitest'
import { Heap } from '../../../src/util/heap.ts'
import { random } from '../../support/random.ts'

describe('a heap', () => {
  test('that is empty has no first item', () => {
    const heap = new Heap()
    expect([heap.first(), heap.takeFirst(), heap.first()]).toEqual([undefined, undefined, undefined])
  })

  test('gives out the item of the smallest number first', () => {
    const heap = new Heap<{ readonly number: number }>()
    for (const number of [5, 1, 4, 1, 3]) heap.add({ number })
    expect(heap.first()).toEqual({ number: 1 })
    expect([1, 2, 3, 4, 5, 6].map(() => heap.takeFirst()?.number)).toEqual([1, 1, 3, 4, 5, undefined])
  })

  test.each([1, 2, 3, 4, 5])('does so while items come and go in random order: seed %i', (seed) => {
    const pick = random(seed)
    const heap = new Heap<{ readonly number: number }>()
    let numbers: number[] = []
    for (let step = 0; step < 3_000; step++) {
      if (pick(5) < 3) {
        const number = pick(100)
        heap.add({ number })
        numbers = [...numbers, number].sort((a, b) => a - b)
      } else {
        expect(heap.takeFirst()?.number).toBe(numbers.shift())
      }
      expect(heap.first()?.number).toBe(numbers[0])
    }
  })
})
