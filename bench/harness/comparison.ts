import type { Measurement, Report } from './report.ts'
import { spread } from './spread.ts'
import { median } from './statistics.ts'

/** `noise` when the spreads overlap, or when there are too few samples to have one. */
export type Verdict = 'better' | 'worse' | 'noise'

/** The same case in two reports. */
export interface Comparison {
  readonly name: string
  readonly unit: Measurement['unit']
  readonly before: number
  readonly after: number
  /** Percent of `before`. */
  readonly difference: number
  readonly verdict: Verdict
}

export interface SuiteComparison {
  readonly suite: string
  readonly comparisons: readonly Comparison[]
  /** Cases that only one of the reports has. */
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
}

const FEWEST_SAMPLES = 3

/** What is the same in both reports, suite by suite, in the order of the first one. */
export function compareReports(before: Report, after: Report): readonly SuiteComparison[] {
  const suites = new Set([...before.measurements, ...after.measurements].map(({ suite }) => suite))
  return [...suites].map((suite) => {
    const [old, young] = [before, after].map(({ measurements }) => measurements.filter((one) => one.suite === suite))
    return compareSuite(suite, old ?? [], young ?? [])
  })
}

export function compareMeasurements(before: Measurement, after: Measurement): Comparison {
  const [old, young] = [median(before.samples), median(after.samples)]
  return {
    name: before.name,
    unit: before.unit,
    before: old,
    after: young,
    difference: (young / old - 1) * 100,
    verdict: judge(before, after),
  }
}

/** What differs between the machines, servers and settings, a sentence each: reasons for differences that are not the store's. */
export function describeDifferences(before: Report, after: Report): readonly string[] {
  const [old, young] = [circumstances(before), circumstances(after)]
  return Object.keys({ ...old, ...young })
    .filter((what) => old[what] !== young[what])
    .map((what) => `${what}: ${old[what] ?? 'unknown'} before, ${young[what] ?? 'unknown'} after`)
}

function compareSuite(suite: string, before: readonly Measurement[], after: readonly Measurement[]): SuiteComparison {
  const find = (all: readonly Measurement[], wanted: Measurement) =>
    all.find(({ name, unit }) => name === wanted.name && unit === wanted.unit)
  const without = (some: readonly Measurement[], others: readonly Measurement[]) =>
    some.filter((one) => !find(others, one)).map(({ name }) => name)
  return {
    suite,
    comparisons: before.flatMap((old) => {
      const young = find(after, old)
      return young ? [compareMeasurements(old, young)] : []
    }),
    onlyBefore: without(before, after),
    onlyAfter: without(after, before),
  }
}

function judge(before: Measurement, after: Measurement): Verdict {
  if (Math.min(before.samples.length, after.samples.length) < FEWEST_SAMPLES) return 'noise'
  const [old, young] = [spread(before.samples), spread(after.samples)]
  if (young.low > old.high) return before.better === 'more' ? 'better' : 'worse'
  if (young.high < old.low) return before.better === 'more' ? 'worse' : 'better'
  return 'noise'
}

function circumstances({ quick, machine, server }: Report): Readonly<Record<string, string>> {
  return {
    work: quick ? '--quick' : 'full',
    processor: `${machine.cores} × ${machine.cpu}`,
    platform: machine.platform,
    'Node.js': machine.node,
    PostgreSQL: server.version,
    ...server.settings,
  }
}
