import type { Measurement } from './report.ts'
import { median, quantile } from './statistics.ts'

export interface Spread {
  readonly low: number
  readonly high: number
}

/** Between which values the middle half of the samples lies. */
export function spread(samples: readonly number[]): Spread {
  return { low: quantile(samples, 0.25), high: quantile(samples, 0.75) }
}

/** The measurement's median as a multiple of the one's that it is compared to; undefined when it is compared to none. */
export function ratioTo({ comparedTo, samples }: Measurement, all: readonly Measurement[]): number | undefined {
  const other = comparedTo === undefined ? undefined : all.find(({ name }) => name === comparedTo)
  return other && median(samples) / median(other.samples)
}
