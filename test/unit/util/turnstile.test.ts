import { expect, test } from 'vitest'
import { Turnstile } from '../../../src/util/turnstile.ts'

/** Tasks that run until they are told to end. */
function openTasks(turnstile: Turnstile, count: number) {
  const started: number[] = []
  const ends: ((outcome: 'well' | 'badly') => void)[] = []
  const results = Array.from({ length: count }, (_, number) =>
    turnstile.run(async () => {
      started.push(number)
      const outcome = await new Promise((resolve) => {
        ends[number] = resolve
      })
      if (outcome === 'badly') throw new Error(`task ${number}`)
      return number
    }),
  )
  return { started, results, end: (number: number, outcome: 'well' | 'badly' = 'well') => ends[number]?.(outcome) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a turnstile lets so many run at a time, in the order in which they came, also after one that failed', async () => {
  const { started, results, end } = openTasks(new Turnstile(2), 5)
  expect(started).toEqual([0, 1])
  end(1, 'badly')
  await expect(results[1]).rejects.toThrow('task 1')
  await turn()
  expect(started).toEqual([0, 1, 2])
  end(0)
  end(2)
  await turn()
  expect(started).toEqual([0, 1, 2, 3, 4])
  end(3)
  end(4)
  expect(await Promise.all([results[0], results[2], results[3], results[4]])).toEqual([0, 2, 3, 4])
})

test('a turnstile through which everybody has gone lets the next ones through at once', async () => {
  const turnstile = new Turnstile(1)
  for (const n of [1, 2, 3]) expect(await turnstile.run(async () => n)).toBe(n)
  const { started, end } = openTasks(turnstile, 2)
  expect(started).toEqual([0])
  end(0)
  await turn()
  expect(started).toEqual([0, 1])
  end(1)
})
