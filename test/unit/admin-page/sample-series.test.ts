import { describe, expect, test } from 'vitest'
import {
  type KeptSample,
  lagSeries,
  rateOver,
  rateSeries,
  timeToCatchUp,
  withHistory,
  withSample,
} from '../../../src/admin/page/state/sample-series.ts'
import { sortSubscriptions, withLatest } from '../../../src/admin/page/state/subscription-rows.ts'

describe('samples', () => {
  test('give a rate over the last seconds', () => {
    const samples = [sample(0, 0), sample(2, 1_000), sample(4, 1_010), sample(6, 1_020)]
    expect(rateOver(samples, 4_000)).toBe(5)
    expect(rateOver(samples, 60_000)).toBe(170)
  })

  test('give no rate as long as there is one', () => {
    expect(rateOver([], 10_000)).toBeUndefined()
    expect(rateOver([sample(0, 5)], 10_000)).toBeUndefined()
  })

  test('give a rate between each two of them, and nothing over a pause', () => {
    const { times, values } = rateSeries([sample(0, 0), sample(2, 10), sample(100, 20), sample(102, 20)])
    expect(values).toEqual([5, null, 0])
    expect(times).toEqual([2, 100, 102])
  })

  test('never give a negative rate: after a restore the head may be lower', () => {
    expect(rateSeries([sample(0, 10), sample(2, 0)]).values).toEqual([0])
  })

  test('are bounded', () => {
    let samples: readonly KeptSample[] = []
    for (let second = 0; second < 2_000; second++) samples = withSample(samples, sample(second, second))
    expect(samples.length).toBeLessThan(1_000)
    expect(samples.at(-1)?.head).toBe(1_999)
  })

  test('come once, though the newest one is given again to whoever listens anew', () => {
    const samples = [sample(0, 0), sample(2, 5)]
    expect(withSample(samples, sample(2, 5))).toEqual(samples)
  })

  test('have the history that was missed behind them, with lags and without checkpoints', () => {
    const time = (second: number) => sample(second, 0).time
    const history = {
      times: [time(4), time(6)],
      heads: [7, 8],
      subscriptions: [{ stream: 's', name: 'n', lags: [3, null] }],
    }
    const found = withHistory([sample(0, 0), sample(2, 5)], history)
    expect(found.map(({ head }) => head)).toEqual([0, 5, 7, 8])
    expect(lagSeries(found, 's', 'n').values).toEqual([null, null, 3, null])
    expect(found[2]?.subscriptions).toEqual([{ stream: 's', name: 'n', lag: 3 }])
    // The same again, as after a pause that the page did not notice.
    expect(withHistory(found, history)).toEqual(found)
    expect(withHistory(found, { times: [], heads: [], subscriptions: [] })).toBe(found)
  })

  test('give the lag of a subscription, and nothing where they do not name it', () => {
    const samples = [sample(0, 0), sample(2, 9, 4), sample(4, 9, 2)]
    expect(lagSeries(samples, 's', 'n').values).toEqual([null, 4, 2])
    expect(lagSeries(samples, 's', 'other').values).toEqual([null, null, null])
    const paused = lagSeries([sample(0, 9, 4), sample(60, 9, 2)], 's', 'n')
    expect(paused).toEqual({ times: [0, 59.999, 60], values: [4, null, 2] })
  })

  test('tell when a lag that shrinks will be gone', () => {
    expect(timeToCatchUp({ times: [0, 10], values: [100, 50] })).toBe(10_000)
    expect(timeToCatchUp({ times: [0, 10], values: [50, 100] })).toBeUndefined()
    expect(timeToCatchUp({ times: [10], values: [50] })).toBeUndefined()
    expect(timeToCatchUp({ times: [], values: [] })).toBeUndefined()
  })
})

describe('subscriptions', () => {
  const row = { stream: 's', name: 'n', checkpoint: 5, head: 10, lag: 5, holder: null, createdAt: '', updatedAt: '' }

  test('have the figures of a newer sample, also when a checkpoint went back', () => {
    expect(withLatest([row], sample(0, 10, 2))).toEqual([{ ...row, checkpoint: 8, lag: 2 }])
    expect(withLatest([row], sample(0, 12, 11))).toEqual([{ ...row, checkpoint: 1, lag: 11, head: 12 }])
    expect(withLatest([{ ...row, name: 'other' }], sample(0, 12, 11))).toEqual([{ ...row, name: 'other' }])
    expect(withLatest([row], undefined)).toEqual([row])
    const past = { ...sample(0, 12), subscriptions: [{ stream: 's', name: 'n', lag: 11 }] }
    expect(withLatest([row], past)).toEqual([row])
  })

  test('are sorted either way, and by name where they are equal', () => {
    const rows = [row, { ...row, name: 'a' }, { ...row, name: 'z', lag: 9 }]
    expect(sortSubscriptions(rows, 'lag', 'descending').map(({ name }) => name)).toEqual(['z', 'a', 'n'])
    expect(sortSubscriptions(rows, 'lag', 'ascending').map(({ name }) => name)).toEqual(['a', 'n', 'z'])
  })
})

function sample(second: number, head: number, lag?: number): KeptSample {
  const subscriptions = lag === undefined ? [] : [{ stream: 's', name: 'n', checkpoint: head - lag, lag }]
  return { time: new Date(second * 1_000).toISOString(), head, subscriptions }
}
