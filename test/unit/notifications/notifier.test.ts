import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Notifier } from '../../../src/notifications/notifier.ts'
import type { Executor, Statement } from '../../../src/postgres/executor.ts'
import { eventually } from '../../support/eventually.ts'

/** An executor that takes a millisecond for each statement. */
function fakeExecutor(fail = false) {
  const payloads: unknown[] = []
  let running = 0
  let most = 0
  const query = async <Row>({ values }: Statement): Promise<readonly Row[]> => {
    payloads.push(values?.[0])
    most = Math.max(most, ++running)
    await sleep(1)
    running--
    if (fail) throw new Error('away')
    return []
  }
  const executor: Executor = {
    inCallersTransaction: false,
    roundTrip: 0,
    query,
    write: query,
    transaction: () => Promise.reject(new Error('is not used')),
    readRows: () => Promise.reject(new Error('is not used')),
    copy: () => Promise.reject(new Error('is not used')),
  }
  return { executor, payloads, most: () => most }
}

describe('the notifier', () => {
  test('tells at once when it was quiet, then what has gathered, one at a time', async () => {
    const { executor, payloads, most } = fakeExecutor()
    const notifier = new Notifier(executor, 's')
    notifier.grown(['a', '$all'])
    expect(payloads).toEqual(['["a","$all"]'])
    notifier.grown(['b', '$all'])
    notifier.grown(['c', 'b'])
    notifier.subscriptionsChanged()
    await notifier.flushed()
    expect(payloads).toEqual(['["a","$all"]', '["b","$all","c"]', 'subscriptions'])
    expect(most()).toBe(1)
    notifier.grown(['d'])
    expect(payloads.at(-1)).toBe('["d"]')
    await notifier.flushed()
  })

  test('tells at most 200 times a second, also of one append after the other', async () => {
    const { executor, payloads } = fakeExecutor()
    const notifier = new Notifier(executor, 's')
    const started = performance.now()
    let grown = 0
    for (; performance.now() - started < 300; grown++) {
      notifier.grown([`s-${grown}`])
      await sleep(1)
    }
    await notifier.flushed()
    expect(payloads.length).toBeGreaterThan(1)
    expect(payloads.length).toBeLessThanOrEqual((performance.now() - started) / 5 + 1)
    expect(payloads.flatMap((payload) => JSON.parse(String(payload)) as string[])).toHaveLength(grown)
  })

  test('is flushed when everything is told, and goes on after what failed', async () => {
    const { executor, payloads } = fakeExecutor(true)
    const notifier = new Notifier(executor, 's')
    await notifier.flushed()
    notifier.grown(['a'])
    notifier.grown(['b'])
    await eventually(() => expect(payloads).toHaveLength(1))
    await notifier.flushed()
    expect(payloads).toEqual(['["a"]', '["b"]'])
  })
})
