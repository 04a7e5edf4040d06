import { expect, test } from 'vitest'
import { summarize } from '../../../src/cli/bench/measurement.ts'

const WORK = { work: 'append', clients: 2, events: 10 }

test('calls are summed up: how many a second, and how long they took', () => {
  const durations = Array.from({ length: 200 }, (_, index) => 200 - index)
  expect(summarize(WORK, { durations, total: 2_000, seconds: 2 })).toEqual({
    ...WORK,
    calls: 200,
    seconds: 2,
    callsPerSecond: 100,
    eventsPerSecond: 1_000,
    p50: 100,
    p99: 198,
  })
})

test('figures have three digits', () => {
  const { p50, callsPerSecond } = summarize(WORK, { durations: [0.123456, 0.123456], total: 20, seconds: 0.0012345 })
  expect([p50, callsPerSecond]).toEqual([0.123, 1_620])
})

test('of no call there is nothing to sum up', () => {
  expect(summarize(WORK, { durations: [], total: 0, seconds: 0 })).toMatchObject({
    calls: 0,
    callsPerSecond: 0,
    p50: 0,
  })
})
