import type { SampleHistory } from '../../api.ts'
import { keyOf } from './subscription-key.ts'

/** A sample as the page keeps it. Those of the history have lags, and no checkpoints. */
export interface KeptSample {
  readonly time: string
  readonly head: number
  readonly subscriptions: readonly {
    readonly stream: string
    readonly name: string
    readonly checkpoint?: number
    readonly lag: number
  }[]
}

/** What a chart draws: seconds since 1970, and a value for each; null where nothing is known. */
export interface Series {
  readonly times: readonly number[]
  readonly values: readonly (number | null)[]
}

/** Samples that are kept: half an hour of them. */
export const MOST_SAMPLES = 900
/** Milliseconds without a sample after which a line is broken. */
const LONG_GAP = 10_000

/** A sample that came twice, as the newest one does when the page listens anew, is kept once. */
export function withSample(samples: readonly KeptSample[], sample: KeptSample): readonly KeptSample[] {
  const before = samples.at(-1)?.time === sample.time ? samples.slice(0, -1) : samples
  return [...before, sample].slice(-MOST_SAMPLES)
}

/** What was missed, behind what is older. */
export function withHistory(
  samples: readonly KeptSample[],
  { times, heads, subscriptions }: SampleHistory,
): readonly KeptSample[] {
  const [first] = times
  if (first === undefined) return samples
  const missed = times.map((time, index) => ({
    time,
    head: heads[index] ?? 0,
    subscriptions: subscriptions.flatMap(({ stream, name, lags }) => {
      const lag = lags[index]
      return lag === null || lag === undefined ? [] : [{ stream, name, lag }]
    }),
  }))
  return [...samples.filter(({ time }) => time < first), ...missed].slice(-MOST_SAMPLES)
}

/** Events a second over the last so many milliseconds; undefined before there are two samples. */
export function rateOver(samples: readonly KeptSample[], milliseconds: number): number | undefined {
  const last = samples.at(-1)
  if (!last) return undefined
  const first = samples.find((sample) => timeOf(sample) >= timeOf(last) - milliseconds)
  if (!first || first === last) return undefined
  return Math.max(0, last.head - first.head) / ((timeOf(last) - timeOf(first)) / 1_000)
}

/** Events a second between each sample and the one before. */
export function rateSeries(samples: readonly KeptSample[]): Series {
  const times: number[] = []
  const values: (number | null)[] = []
  samples.forEach((sample, index) => {
    const before = samples[index - 1]
    if (!before) return
    const elapsed = timeOf(sample) - timeOf(before)
    times.push(timeOf(sample) / 1_000)
    values.push(elapsed > LONG_GAP || elapsed <= 0 ? null : Math.max(0, sample.head - before.head) / (elapsed / 1_000))
  })
  return { times, values }
}

/** A subscription's lag in each sample that names it, and nothing over a pause. */
export function lagSeries(samples: readonly KeptSample[], stream: string, name: string): Series {
  const times: number[] = []
  const values: (number | null)[] = []
  samples.forEach((sample, index) => {
    const before = samples[index - 1]
    if (before && timeOf(sample) - timeOf(before) > LONG_GAP) {
      times.push((timeOf(sample) - 1) / 1_000)
      values.push(null)
    }
    times.push(timeOf(sample) / 1_000)
    values.push(sample.subscriptions.find((one) => one.stream === stream && one.name === name)?.lag ?? null)
  })
  return { times, values }
}

/** The lags of all subscriptions that the samples name, by key. */
export function lagSeriesOfAll(samples: readonly KeptSample[]): ReadonlyMap<string, Series> {
  const found = new Map<string, { readonly times: number[]; readonly values: number[] }>()
  for (const sample of samples)
    for (const one of sample.subscriptions) {
      const key = keyOf(one)
      const series = found.get(key) ?? { times: [], values: [] }
      series.times.push(timeOf(sample) / 1_000)
      series.values.push(one.lag)
      found.set(key, series)
    }
  return found
}

/** Milliseconds until a lag is gone, if it goes on shrinking as over the last minute; undefined if it does not. */
export function timeToCatchUp({ times, values }: Series): number | undefined {
  const last = values.length - 1
  const [lag, now] = [values[last], times[last]]
  if (lag === undefined || lag === null || now === undefined) return undefined
  const first = times.findIndex((time, index) => time >= now - 60 && values[index] !== null)
  const [before, then] = [values[first], times[first]]
  if (before === undefined || before === null || then === undefined || then === now || before <= lag) return undefined
  return (lag / ((before - lag) / (now - then))) * 1_000
}

function timeOf(sample: KeptSample): number {
  return Date.parse(sample.time)
}
