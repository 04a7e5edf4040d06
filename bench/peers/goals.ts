import type { Measurement } from '../harness/report.ts'
import { median } from '../harness/statistics.ts'

/** What the store is to reach, by the medians of measurements of one contest. */
export interface Goal {
  readonly work: string
  readonly contest: string
  /** The name of the store's measurement. */
  readonly ours: string
  /** The name of the measurement that ours is divided by. Without it our median itself is compared. */
  readonly reference?: string
  readonly is: 'at least' | 'at most' | 'below'
  /** A ratio where there is a reference, else in the measurement's unit. */
  readonly threshold: number
  /** Whether this is a smaller piece of work in place of the goal's own. */
  readonly standIn?: boolean
}

export type Verdict = 'met' | 'not met' | 'not run'

/** A goal, and how far it was reached. */
export interface Judgement {
  readonly goal: Goal
  readonly verdict: Verdict
  readonly unit?: Measurement['unit']
  readonly ours?: number
  readonly reference?: number
  readonly ratio?: number
}

/** Judges a goal by what was measured. A goal that lacks a measurement was not run. */
export function judge(goal: Goal, measurements: readonly Measurement[]): Judgement {
  const ours = find(measurements, goal.contest, goal.ours)
  if (!ours) return { goal, verdict: 'not run' }
  const figure = median(ours.samples)
  if (goal.reference === undefined) {
    return { goal, verdict: verdict(goal, figure), unit: ours.unit, ours: figure }
  }
  const reference = find(measurements, goal.contest, goal.reference)
  if (!reference) return { goal, verdict: 'not run', unit: ours.unit, ours: figure }
  const other = median(reference.samples)
  const ratio = figure / other
  return { goal, verdict: verdict(goal, ratio), unit: ours.unit, ours: figure, reference: other, ratio }
}

function find(measurements: readonly Measurement[], contest: string, name: string): Measurement | undefined {
  return measurements.find((one) => one.suite === contest && one.name === name && one.samples.length > 0)
}

function verdict({ is, threshold }: Goal, value: number): Verdict {
  return holds(is, value, threshold) ? 'met' : 'not met'
}

function holds(is: Goal['is'], value: number, threshold: number): boolean {
  switch (is) {
    case 'at least':
      return value >= threshold
    case 'at most':
      return value <= threshold
    case 'below':
      return value < threshold
    default:
      return is satisfies never
  }
}
