import { median } from '../bench/harness/statistics.ts'

/** How much a series may rise in the course of a run, in its unit: whichever is more. */
export interface Slack {
  readonly absolute: number
  /** A share of where the series stood. */
  readonly relative: number
}

export interface Judgement {
  readonly flat: boolean
  /** How much a robust line through the series rises from its first sample to its last. */
  readonly rise: number
  /** How much the later half's median is above the earlier half's. */
  readonly difference: number
  readonly allowed: number
}

/** The share of samples at the beginning that do not count: caches fill, and code is compiled. */
const WARM_UP = 0.25
const FEWEST = 8

/**
 * Whether a series stays where it is: it rises when a line through it does, and its later half is above its earlier half by as much
 * as such a line would lift it. One without the other is noise. Throws RangeError for fewer than 8 samples.
 */
export function judgeFlatness(samples: readonly number[], { absolute, relative }: Slack): Judgement {
  if (samples.length < FEWEST) throw new RangeError(`at least ${FEWEST} samples are needed, found ${samples.length}`)
  const counted = samples.slice(Math.floor(samples.length * WARM_UP))
  const middle = counted.length >> 1
  const earlier = median(counted.slice(0, middle))
  const difference = median(counted.slice(middle)) - earlier
  const rise = slopeOf(counted) * (counted.length - 1)
  const allowed = Math.max(absolute, relative * earlier)
  return { flat: !(rise > allowed && difference > allowed / 2), rise, difference, allowed }
}

/** The median of the slopes between all pairs of samples (Theil and Sen): what a few outliers do not move. */
function slopeOf(samples: readonly number[]): number {
  const slopes = samples.flatMap((value, index) =>
    samples.slice(index + 1).map((later, distance) => (later - value) / (distance + 1)),
  )
  return median(slopes)
}
