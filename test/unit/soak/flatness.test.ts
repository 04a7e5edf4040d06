import { describe, expect, test } from 'vitest'
import { judgeFlatness } from '../../../soak/flatness.ts'
import { random } from '../../support/random.ts'

const SLACK = { absolute: 4, relative: 0.1 }

/** Samples around a line, as far from it as half of the noise; the same for the same seed. */
function series({ count = 40, from = 100, rise = 0, noise = 0, seed = 1 }): readonly number[] {
  const pick = random(seed)
  return Array.from({ length: count }, (_, n) => from + (rise * n) / (count - 1) + noise * (pick(1_001) / 1_000 - 0.5))
}

describe('a series', () => {
  test.each([
    ['does not change', {}],
    ['falls', { rise: -80 }],
    ['rises by less than is allowed', { rise: 9 }],
    ['goes up and down', { noise: 12 }],
  ])('is flat when it %s', (_, options) => {
    for (let seed = 1; seed <= 50; seed++) expect(judgeFlatness(series({ ...options, seed }), SLACK).flat).toBe(true)
  })

  test('is flat when it only rises at the beginning', () => {
    const samples = [...series({ count: 10, from: 20, rise: 80 }), ...series({ count: 30 })]
    expect(judgeFlatness(samples, SLACK).flat).toBe(true)
  })

  test('is flat whatever a few of its samples are', () => {
    const samples = series({}).map((value, n) => (n % 9 === 8 ? value * 5 : value))
    expect(judgeFlatness(samples, SLACK).flat).toBe(true)
  })

  test.each([
    ['steadily', { rise: 40 }],
    ['steadily, with noise', { rise: 60, noise: 20 }],
    ['from nothing', { from: 0, rise: 12 }],
  ])('is not flat when it rises %s', (_, options) => {
    for (let seed = 1; seed <= 50; seed++) expect(judgeFlatness(series({ ...options, seed }), SLACK).flat).toBe(false)
  })

  test('is not flat when it rises step by step', () => {
    const samples = series({}).map((value, n) => value + Math.floor(n / 10) * 20)
    expect(judgeFlatness(samples, SLACK).flat).toBe(false)
  })

  test('says by how much it rises after the beginning, and how much is allowed', () => {
    const { rise, difference, allowed } = judgeFlatness(series({ count: 41, rise: 40 }), SLACK)
    expect(rise).toBeCloseTo(30)
    expect(difference).toBeCloseTo(15.5)
    expect(allowed).toBeCloseTo(0.1 * 117)
  })

  test('of too few samples is not judged', () => {
    expect(() => judgeFlatness([1, 2, 3], SLACK)).toThrow(RangeError)
  })
})
