import { describe, expect, test } from 'vitest'
import type { Measurement } from '../../../bench/harness/report.ts'
import { contestsOf } from '../../../bench/peers/contests.ts'
import { goalsOf } from '../../../bench/peers/goal-list.ts'
import { type Goal, judge } from '../../../bench/peers/goals.ts'

const RATIO: Goal = {
  work: 'append',
  contest: 'append-batches',
  ours: 'store',
  reference: 'COPY',
  is: 'at least',
  threshold: 0.7,
}
const LATENCY: Goal = { work: 'subscriptions', contest: 'subscriptions', ours: 'store', is: 'at most', threshold: 5 }

function measured(suite: string, name: string, ...samples: number[]): Measurement {
  return { suite, name, unit: 'events/s', better: 'more', samples }
}

describe('a goal with a reference', () => {
  test('is met when the ratio of the medians reaches the threshold', () => {
    const measurements = [
      measured('append-batches', 'store', 10, 800, 900),
      measured('append-batches', 'COPY', 1_000, 1, 5_000),
    ]
    expect(judge(RATIO, measurements)).toEqual({
      goal: RATIO,
      verdict: 'met',
      unit: 'events/s',
      ours: 800,
      reference: 1_000,
      ratio: 0.8,
    })
  })

  test('is not met when the ratio is less', () => {
    const measurements = [measured('append-batches', 'store', 69), measured('append-batches', 'COPY', 100)]
    expect(judge(RATIO, measurements)).toMatchObject({ verdict: 'not met', ratio: 0.69 })
  })

  test('was not run when nothing was measured', () => {
    expect(judge(RATIO, [])).toEqual({ goal: RATIO, verdict: 'not run' })
  })

  test('was not run when the reference was not measured, and keeps our figure', () => {
    const judgement = judge(RATIO, [measured('append-batches', 'store', 800)])
    expect(judgement).toEqual({ goal: RATIO, verdict: 'not run', unit: 'events/s', ours: 800 })
  })

  test('takes no measurement of another contest, and none without samples', () => {
    const measurements = [
      measured('another', 'store', 1),
      measured('another', 'COPY', 1),
      measured('append-batches', 'store'),
    ]
    expect(judge(RATIO, measurements).verdict).toBe('not run')
  })
})

test('a goal without a reference is judged by our median', () => {
  expect(judge(LATENCY, [measured('subscriptions', 'store', 1, 4, 100)])).toEqual({
    goal: LATENCY,
    verdict: 'met',
    unit: 'events/s',
    ours: 4,
  })
  expect(judge(LATENCY, [measured('subscriptions', 'store', 6)]).verdict).toBe('not met')
})

describe('at the threshold', () => {
  const at = (is: Goal['is']) => judge({ ...LATENCY, is }, [measured('subscriptions', 'store', 5)]).verdict

  test('what should be at least or at most that is met', () => {
    expect([at('at least'), at('at most')]).toEqual(['met', 'met'])
  })

  test('what should be below is not met', () => {
    expect(at('below')).toBe('not met')
  })
})

describe('the list of goals', () => {
  const SIZES = [
    { quick: false, large: false },
    { quick: true, large: false },
    { quick: false, large: true },
  ]

  test.each(SIZES)('belongs to contests that take place, but for what has a stand-in: %o', (sizes) => {
    const names = contestsOf(sizes).map(({ name }) => name)
    const notRun = goalsOf(sizes).filter(({ contest }) => !names.includes(contest))
    expect(notRun.map(({ contest }) => contest)).toEqual([
      ...(sizes.quick ? ['open-transaction-60'] : []),
      ...(sizes.large ? [] : ['growth-10000000', 'growth-10000000']),
    ])
    expect(names.filter((name) => !goalsOf(sizes).some(({ contest }) => contest === name))).toEqual([])
  })

  test.each(SIZES)('has no goal twice: %o', (sizes) => {
    const lines = goalsOf(sizes).map(({ work, reference }) => `${work} ${reference}`)
    expect(new Set(lines).size).toBe(lines.length)
  })
})
