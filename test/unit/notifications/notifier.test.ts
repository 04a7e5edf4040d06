import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Notifier } from '../../../src/notifications/notifier.ts'
import type { Executor, Statement, TextRow } from '../../../src/postgres/executor.ts'
import { eventually } from '../../support/eventually.ts'

/** An executor that takes a millisecond for each statement. */
function fakeExecutor({ fail = false, answer = 'nobody listens' } = {}) {
  const payloads: unknown[] = []
  let running = 0
  let most = 0
  const readRows = async ({ values }: Statement): Promise<readonly TextRow[]> => {
    payloads.push(values?.[0])
    most = Math.max(most, ++running)
    await sleep(1)
    running--
    if (fail) throw new Error('away')
    return [[answer]]
  }
  const executor: Executor = {
    inCallersTransaction: false,
    roundTrip: 0,
    query: () => Promise.reject(new Error('is not used')),
    write: () => Promise.reject(new Error('is not used')),
    readRows,
    transaction: () => Promise.reject(new Error('is not used')),
    writeAfter: () => Promise.reject(new Error('is not used')),
    copy: () => Promise.reject(new Error('is not used')),
  }
  return { executor, payloads, most: () => most }
}

describe('the notifier', () => {
  test('tells at once when it was quiet, then what has gathered, one at a time', async () => {
    const { executor, payloads, most } = fakeExecutor()
    const notifier = new Notifier(executor, 's', 'me')
    notifier.grown(['a', '$all'])
    expect(payloads).toEqual([told('a', '$all')])
    notifier.grown(['b', '$all'])
    notifier.grown(['c', 'b'])
    notifier.subscriptionsChanged()
    await notifier.flush()
    expect(payloads).toEqual([told('a', '$all'), told('b', '$all', 'c'), 'subscriptions'])
    expect(most()).toBe(1)
    notifier.grown(['d'])
    expect(payloads.at(-1)).toBe(told('d'))
    await notifier.flush()
  })

  test.each([
    [20, 'while nobody listens', 'nobody listens', 1],
    [200, 'while more is stored all the time', '', 0],
  ])('tells at most %i times a second %s', async (most, _, answer, pause) => {
    const { executor, payloads } = fakeExecutor({ answer })
    const notifier = new Notifier(executor, 's', 'me')
    const started = performance.now()
    let grown = 0
    for (; performance.now() - started < 300; grown++) {
      notifier.grown([`s-${grown % 10}`, 'latest'])
      await (pause > 0 ? sleep(pause) : new Promise(setImmediate))
    }
    const told = payloads.length
    expect(told).toBeGreaterThan(1)
    expect(told).toBeLessThanOrEqual(((performance.now() - started) / 1_000) * most + 1)
    await notifier.flush()
    expect(grown).toBeGreaterThan(2 * payloads.length)
    expect(payloads.at(-1)).toContain('latest')
  })

  test('tells of an append at once when somebody listens and nothing else is stored meanwhile', async () => {
    const { executor, payloads } = fakeExecutor({ answer: '' })
    const notifier = new Notifier(executor, 's', 'me')
    for (const stream of ['a', 'b', 'c']) {
      notifier.grown([stream])
      expect(payloads.at(-1)).toBe(told(stream))
      await notifier.flush()
    }
  })

  test('does not pause any more when it is flushed', async () => {
    const { executor, payloads } = fakeExecutor()
    const notifier = new Notifier(executor, 's', 'me')
    const started = performance.now()
    for (const stream of ['a', 'b', 'c', 'd', 'e', 'f']) {
      notifier.grown([stream])
      await notifier.flush()
    }
    expect(payloads).toHaveLength(6)
    expect(performance.now() - started).toBeLessThan(6 * 50)
  })

  test('is flushed when everything is told, and goes on after what failed', async () => {
    const { executor, payloads } = fakeExecutor({ fail: true })
    const notifier = new Notifier(executor, 's', 'me')
    await notifier.flush()
    notifier.grown(['a'])
    notifier.grown(['b'])
    await eventually(() => expect(payloads).toHaveLength(1))
    await notifier.flush()
    expect(payloads).toEqual([told('a'), told('b')])
  })
})

function told(...streams: string[]): string {
  return JSON.stringify({ sender: 'me', streams })
}
