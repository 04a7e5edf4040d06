import { describe, expect, test } from 'vitest'
import { evidence, journal, rules } from './evidence.ts'

describe('followers', () => {
  const followers = [{ name: 'f', stream: '$all', from: 'start' as const }]
  const follow = (numbers: readonly number[]) =>
    journal(numbers.map((number) => [number, { type: 'followed', follower: 'f', number }]))

  test.each([
    ['a gap', [1, 2, 4]],
    ['an event that comes twice', [1, 2, 2, 3, 4]],
    ['events out of order', [1, 3, 2, 4]],
    ['an end that is not reached', [1, 2, 3]],
    ['an event that is not stored', [1, 2, 3, 4, 5]],
  ])('%s', (_, numbers) => {
    const journals = [...evidence().journals, { process: 'f', records: follow(numbers) }]
    expect(rules({ followers, journals })).toEqual(['followers see every event once, in order'])
  })

  test('nothing in one that has seen everything, killed on the way or not', () => {
    const records = [...follow([1, 2]), ...journal([[2.5, { type: 'started' }]]), ...follow([3, 4])]
    expect(rules({ followers, journals: [...evidence().journals, { process: 'f', records }] })).toEqual([])
  })

  test('of one that begins at the end, what comes after its first event, in each life of its process', () => {
    const run = (...lives: readonly (readonly number[])[]) => {
      const records = lives.flatMap((life) => [...journal([[0, { type: 'started' }]]), ...follow(life)])
      const fromEnd = [{ name: 'f', stream: '$all', from: 'end' as const }]
      return rules({ followers: fromEnd, journals: [...evidence().journals, { process: 'f', records }] })
    }
    expect(run([2], [3, 4])).toEqual([])
    expect(run([1, 2, 3], [])).toEqual([])
    const rule = ['followers see every event once, in order']
    expect(run([1, 3], [4])).toEqual(rule)
    expect(run([1, 2], [3])).toEqual(rule)
    expect(run([1], [2, 2, 3, 4])).toEqual(rule)
  })
})
