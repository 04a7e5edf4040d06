import { type Combination, nameOf } from './combinations.ts'
import type { Counts } from './tally.ts'

/** What came of one combination. */
export interface Result extends Counts {
  readonly combination: Combination
  /** The version that the server said; empty when it never did. */
  readonly postgres: string
  readonly seconds: number
}

/** Why the suite does not hold on this combination, in a few words; undefined when it does. */
export function faultOf({ combination, ...result }: Result): string | undefined {
  const count = Math.max(result.failed, result.failures.length)
  if (count > 0) return count === 1 ? '1 failure' : `${count} failures`
  if (result.trouble !== undefined) return 'did not run to its end'
  return (
    unlike('PostgreSQL', combination.postgres.major, result.postgres) ??
    unlike('Node', combination.node.major, result.node) ??
    (result.passed === 0 ? 'no test passed' : undefined)
  )
}

/** Whether everything that was wanted was run, and holds. */
export function holds(results: readonly Result[], wanted: readonly Combination[]): boolean {
  return results.length === wanted.length && results.every((result) => faultOf(result) === undefined)
}

/** One line that says so. */
export function verdict(results: readonly Result[], wanted: readonly Combination[]): string {
  const bad = results.filter((result) => faultOf(result) !== undefined)
  if (bad.length > 0) return `Verdict: FAILED, ${bad.map(({ combination }) => nameOf(combination)).join(', ')}`
  const missing = wanted.length - results.length
  if (missing > 0) return `Verdict: INTERRUPTED, ${missing} of ${wanted.length} did not run to the end`
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  return `Verdict: ${passed.toLocaleString('en')} tests passed, on ${results.map(({ combination }) => nameOf(combination)).join(', ')}`
}

function unlike(what: string, expected: string, found: string): string | undefined {
  return found.split('.')[0] === expected ? undefined : `ran on ${what} ${found || 'unknown'}`
}
