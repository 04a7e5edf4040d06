import { describe, expect, test } from 'vitest'
import { type Contender, contest } from '../../../bench/harness/contest.ts'
import { measure } from '../../../bench/harness/measure.ts'
import { SILENT } from '../../../bench/harness/progress.ts'

describe('a contest', () => {
  test('lets everybody run once a round, each round beginning with another', async () => {
    const order: string[] = []
    await contest(contenders(order), { warmUps: 1, repetitions: 2, onRun: () => {} })
    expect(order).toEqual(['a', 'b', 'c', 'b', 'c', 'a', 'c', 'a', 'b'])
  })

  test('counts the repetitions, and not the rounds to warm up', async () => {
    let runs = 0
    const one: Contender = { name: 'one', run: async () => ++runs }
    const samples = await contest([one], { warmUps: 2, repetitions: 3, onRun: () => {} })
    expect(samples.get('one')).toEqual([3, 4, 5])
  })

  test('prepares before every run, and tells after it', async () => {
    const order: string[] = []
    const one: Contender = {
      name: 'one',
      async prepare() {
        order.push('prepare')
      },
      async run() {
        order.push('run')
        return 1
      },
    }
    await contest([one], { warmUps: 1, repetitions: 1, onRun: (name) => order.push(`told of ${name}`) })
    expect(order).toEqual(['prepare', 'run', 'told of one', 'prepare', 'run', 'told of one'])
  })

  function contenders(order: string[]): Contender[] {
    return ['a', 'b', 'c'].map((name) => ({ name, run: async () => order.push(name) }))
  }
})

describe('measuring', () => {
  test('yields every figure of a case, without the runs to warm up', async () => {
    let runs = 0
    const measured = await measure(
      'append',
      [
        {
          figures: [
            { name: 'speed', unit: 'appends/s' },
            { name: 'speed, p50', unit: 'ms', comparedTo: 'speed' },
          ],
          async run() {
            runs++
            return [runs * 100, runs]
          },
        },
      ],
      { warmUps: 1, repetitions: 2, progress: SILENT },
    )
    expect(measured).toEqual([
      { suite: 'append', name: 'speed', unit: 'appends/s', better: 'more', samples: [200, 300] },
      { suite: 'append', name: 'speed, p50', unit: 'ms', better: 'less', samples: [2, 3], comparedTo: 'speed' },
    ])
  })
})
