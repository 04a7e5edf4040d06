import { describe, expect, test } from 'vitest'
import { Tally } from '../../../matrix/tally.ts'

describe('the tally of a run', () => {
  test('knows nothing before the run tells something', () => {
    expect(new Tally(progress()).counts).toEqual({
      node: '',
      files: 0,
      passed: 0,
      failed: 0,
      skipped: 0,
      failures: [],
      trouble: undefined,
    })
  })

  test('adds up its files, and keeps every failure', () => {
    const told: string[] = []
    const tally = new Tally(progress(told))
    const failures = ['a', 'b', 'c'].map((where) => ({ where, why: 'no' }))
    tally.add({ kind: 'started', node: '22.23.2', files: 2 })
    tally.add({ kind: 'file-started', file: 'a.test.ts' })
    tally.add({ kind: 'file-ended', passed: 3, failed: 1, skipped: 2, failures: failures.slice(0, 1) })
    tally.add({ kind: 'file-ended', passed: 4, failed: 1, skipped: 0, failures: failures.slice(1, 2) })
    tally.add({ kind: 'unhandled', failure: { where: 'c', why: 'no' } })
    expect(tally.counts).toMatchObject({ node: '22.23.2', files: 2, passed: 7, failed: 2, skipped: 2, failures })
    expect(told).toEqual(['expect 2', 'begin a.test.ts', 'done', 'done'])
  })
})

function progress(told: string[] = []) {
  return {
    expect: (runs: number) => void told.push(`expect ${runs}`),
    begin: (name: string) => void told.push(`begin ${name}`),
    done: () => void told.push('done'),
  }
}
