/** The middle of some samples, of which there must be one at least. */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5)
}

/** The sample that a share of them (0 to 1) does not exceed, between two samples by their distance. */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError('there must be at least one sample')
  const sorted = Float64Array.from(samples).sort()
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)] as number
  const above = sorted[Math.ceil(place)] as number
  return below + (above - below) * (place - Math.floor(place))
}
