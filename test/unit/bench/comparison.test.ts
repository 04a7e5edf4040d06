import { describe, expect, test } from 'vitest'
import { compareMeasurements, compareReports, describeDifferences } from '../../../bench/harness/comparison.ts'
import { aMeasurement, aReport } from './measurements.ts'

describe('comparing two measurements', () => {
  test('is better or worse by the direction that the measurement says', () => {
    const [few, many] = [
      [100, 101, 102],
      [200, 201, 202],
    ]
    expect(verdict('more', few, many)).toBe('better')
    expect(verdict('more', many, few)).toBe('worse')
    expect(verdict('less', few, many)).toBe('worse')
    expect(verdict('less', many, few)).toBe('better')
  })

  test('is noise when the middle halves of the samples overlap', () => {
    expect(verdict('more', [100, 110, 120], [112, 114, 120])).toBe('noise')
    expect(verdict('more', [100, 100, 100], [100, 100, 100])).toBe('noise')
  })

  test('does not let one far sample hide a difference', () => {
    expect(verdict('more', [100, 101, 102, 103, 900], [200, 201, 202, 203, 1])).toBe('better')
  })

  test('is noise when there are too few samples to tell', () => {
    expect(verdict('more', [100, 100], [900, 900, 900])).toBe('noise')
  })

  test('says the difference of the medians in percent', () => {
    const before = aMeasurement({ samples: [100, 200, 300] })
    const after = aMeasurement({ samples: [150, 150, 150] })
    expect(compareMeasurements(before, after)).toMatchObject({ before: 200, after: 150, difference: -25 })
  })

  function verdict(better: 'more' | 'less', before: readonly number[], after: readonly number[]): string {
    const [old, young] = [before, after].map((samples) => aMeasurement({ better, samples }))
    return compareMeasurements(old ?? aMeasurement(), young ?? aMeasurement()).verdict
  }
})

describe('comparing two reports', () => {
  test('pairs the cases of each suite, and names those that only one of them has', () => {
    const [before, after] = [
      aReport({ measurements: [aMeasurement({ name: 'a' }), aMeasurement({ name: 'b' })] }),
      aReport({
        measurements: [aMeasurement({ name: 'c' }), aMeasurement({ name: 'b' }), aMeasurement({ suite: 'read' })],
      }),
    ]
    const [append, read] = compareReports(before, after)
    expect(append).toMatchObject({ suite: 'append', onlyBefore: ['a'], onlyAfter: ['c'] })
    expect(append?.comparisons.map(({ name }) => name)).toEqual(['b'])
    expect(read).toMatchObject({ suite: 'read', comparisons: [], onlyAfter: ['single events'] })
  })

  test('says what else differs: server, settings and amount of work', () => {
    const before = aReport()
    const after = aReport({ quick: true, server: { version: '15.0', settings: { fsync: 'off' } } })
    expect(describeDifferences(before, before)).toEqual([])
    expect(describeDifferences(before, after)).toEqual([
      'work: full before, --quick after',
      'PostgreSQL: 18.0 before, 15.0 after',
      'fsync: on before, off after',
    ])
  })
})
