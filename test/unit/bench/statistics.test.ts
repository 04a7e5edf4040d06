import { describe, expect, test } from 'vitest'
import { ratioTo, spread } from '../../../bench/harness/spread.ts'
import { median, quantile } from '../../../bench/harness/statistics.ts'
import { aMeasurement } from './measurements.ts'

describe('statistics', () => {
  test('the median is the middle sample, or lies between the two in the middle', () => {
    expect(median([30, 10, 20])).toBe(20)
    expect(median([40, 10, 20, 30])).toBe(25)
    expect(median([7])).toBe(7)
  })

  test('samples are compared as numbers, and left in their order', () => {
    const samples = [100, 9, 20]
    expect(median(samples)).toBe(20)
    expect(samples).toEqual([100, 9, 20])
  })

  test('a quantile lies between two samples by their distance', () => {
    expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2)
    expect(quantile([0, 10], 0.99)).toBeCloseTo(9.9)
    expect(quantile([3, 1, 2], 0)).toBe(1)
    expect(quantile([3, 1, 2], 1)).toBe(3)
  })

  test('no samples have no median', () => {
    expect(() => median([])).toThrow(RangeError)
  })

  test('the spread is where the middle half lies', () => {
    expect(spread([5, 1, 2, 4, 3])).toEqual({ low: 2, high: 4 })
  })

  test('a measurement has a ratio to the one that it names, and none when it names none or one that is missing', () => {
    const base = aMeasurement({ name: 'without', samples: [100, 200, 300] })
    const other = aMeasurement({ name: 'with', samples: [100], comparedTo: 'without' })
    expect(ratioTo(other, [base, other])).toBe(0.5)
    expect(ratioTo(base, [base, other])).toBeUndefined()
    expect(ratioTo(other, [other])).toBeUndefined()
  })
})
