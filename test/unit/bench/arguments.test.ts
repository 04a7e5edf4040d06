import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../../bench/arguments.ts'
import { FULL, QUICK } from '../../../bench/sizes.ts'
import { SUITE_NAMES } from '../../../bench/suites/index.ts'

describe('the arguments of the benchmarks', () => {
  test('without any, everything is measured in full', () => {
    expect(parseArguments([])).toMatchObject({ suites: SUITE_NAMES, quick: false, sizes: FULL })
  })

  test('suites are those that are named, with less work, or more', () => {
    const found = parseArguments(['read', 'growth', '--quick', '--large', '--repetitions', '9', '--out', 'a.json'])
    const sizes = { ...QUICK, repetitions: 9, growth: [...QUICK.growth, 10_000_000] }
    expect(found).toEqual({ suites: ['read', 'growth'], quick: true, sizes, out: 'a.json', postgres: undefined })
  })

  test.each([
    [['reed'], /suite must be one of append, read.*found "reed"/],
    [['--repetitions', 'x'], /whole number of at least 1; found "x"/],
    [['--repetitions', '0'], /whole number of at least 1; found "0"/],
    [['--out', ''], /--out must name a file/],
    [['--nonsense'], /--nonsense/],
  ])('%j is refused with what was expected', (given, message) => {
    expect(() => parseArguments(given)).toThrow(message)
  })
})
