import { describe, expect, test } from 'vitest'
import { chooseCombinations } from '../../../matrix/combinations.ts'
import { faultOf, holds, type Result, verdict } from '../../../matrix/result.ts'

const wanted = chooseCombinations({ postgres: ['13', '18'], node: ['20'] })
const [first, second] = wanted.map((combination): Result => {
  const postgres = `${combination.postgres.major}.4`
  return { ...counts(), combination, postgres, node: '20.20.2', seconds: 60 }
}) as [Result, Result]
const failure = { where: 'a.test.ts > b', why: 'no' }

describe('a combination', () => {
  test('holds when tests passed, on the versions that were asked for', () => {
    expect(faultOf(first)).toBeUndefined()
  })

  test.each<{ found: Partial<Result>; fault: string }>([
    { found: { failed: 1, failures: [failure] }, fault: '1 failure' },
    { found: { failed: 2 }, fault: '2 failures' },
    { found: { failures: [failure] }, fault: '1 failure' },
    { found: { trouble: 'vitest ended with code 1' }, fault: 'did not run to its end' },
    { found: { trouble: 'vitest ended with code 1', failed: 3 }, fault: '3 failures' },
    { found: { passed: 0 }, fault: 'no test passed' },
    { found: { postgres: '18.4' }, fault: 'ran on PostgreSQL 18.4' },
    { found: { postgres: '' }, fault: 'ran on PostgreSQL unknown' },
    { found: { node: '22.23.2' }, fault: 'ran on Node 22.23.2' },
    { found: { node: '200.1.0' }, fault: 'ran on Node 200.1.0' },
  ])('does not hold with $found: $fault', ({ found, fault }) => {
    expect(faultOf({ ...first, ...found })).toBe(fault)
  })
})

describe('the verdict', () => {
  test('is good when every combination that was wanted holds', () => {
    expect(holds([first, second], wanted)).toBe(true)
    expect(verdict([first, second], wanted)).toBe(
      'Verdict: 200 tests passed, on PostgreSQL 13 on Node 20, PostgreSQL 18 on Node 20',
    )
  })

  test('is bad when one does not, and names it', () => {
    const results = [first, { ...second, failed: 1 }]
    expect(holds(results, wanted)).toBe(false)
    expect(verdict(results, wanted)).toBe('Verdict: FAILED, PostgreSQL 18 on Node 20')
  })

  test('is bad when one is missing', () => {
    expect(holds([first], wanted)).toBe(false)
    expect(verdict([first], wanted)).toBe('Verdict: INTERRUPTED, 1 of 2 did not run to the end')
    expect(holds([], wanted)).toBe(false)
  })
})

function counts() {
  return { files: 10, passed: 100, failed: 0, skipped: 0, failures: [], trouble: undefined }
}
