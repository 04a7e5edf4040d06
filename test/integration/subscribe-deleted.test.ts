import { describe, expect, test } from 'vitest'
import { ClosedError, type DeleteStreamOptions } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { newEvents, range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { rejection } from '../support/settled.ts'
import { expectGiven, Recorder } from '../support/subscribers.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

const SOFT = { expectedVersion: 'any' } as const satisfies DeleteStreamOptions
const HARD = { expectedVersion: 'any', mode: 'hard' } as const satisfies DeleteStreamOptions

const open = () => openTarget('a stream', database.connectionString)

describe('a subscription to a stream that is soft deleted', () => {
  test('before it begins stays silent', async () => {
    await using target = await open()
    await target.append(3)
    await target.store.deleteStream('s', SOFT)
    await using subscription = target.store.subscribe('s', 'sub')
    const recorder = new Recorder(subscription, 9)
    await eventually(() => expect(subscription.state).toBe('live'))
    expect(recorder.given).toEqual([])
  })

  test('while events are in flight lets them be acknowledged, and gives no more', async () => {
    await using target = await open()
    await target.append(3)
    await using subscription = target.store.subscribe('s', 'sub')
    const recorder = new Recorder(subscription, 2)
    await expectGiven([recorder], [[1, 2]])
    await target.store.deleteStream('s', SOFT)
    recorder.ack(2)
    await subscription.reached(2)
    await expectGiven([recorder], [[1, 2, 3]]) // had been read before
    recorder.ack(3)
    await subscription.reached(3)
    expect(await target.store.listSubscriptions()).toMatchObject([{ checkpoint: 3, lag: 0, active: true }])
  })

  test('lets one to $all get its events', async () => {
    await using target = await open()
    await target.append(2)
    await target.store.deleteStream('s', SOFT)
    await using subscription = target.store.subscribe('$all', 'sub')
    await using received = receive(subscription.connect({ maxInFlight: 9 }))
    expect((await received.until(5)).map(({ streamName }) => streamName)).toEqual(['other', 'other', 'other', 's', 's'])
  })
})

describe('a subscription to a stream that is hard deleted', () => {
  test('and created again before it begins starts at 1, whatever it had acknowledged', async () => {
    await using target = await open()
    await target.append(5)
    const first = target.store.subscribe('s', 'sub')
    const running = first.run(() => {})
    await first.reached(5)
    await first.close()
    await running
    await target.store.deleteStream('s', HARD)
    expect(await target.store.listSubscriptions()).toMatchObject([{ checkpoint: 0, lag: 0 }])
    await target.store.append('s', newEvents(2, 11), { expectedVersion: 'no-stream' })
    await using second = target.store.subscribe('s', 'sub')
    await using received = receive(second.connect({ maxInFlight: 9 }))
    expect((await received.until(2)).map(({ data }) => data)).toEqual([{ n: 11 }, { n: 12 }])
  })

  test.each(['this store', 'another store'])(
    'and created again by %s while it is live goes on with version 1',
    async (who) => {
      await using target = await open()
      const through = who === 'this store' ? target.store : target.sibling()
      await target.append(3)
      await using subscription = target.store.subscribe('s', 'sub')
      const handled: unknown[] = []
      const running = subscription.run(({ data, eventNumber }) => {
        handled.push([eventNumber, data])
      })
      await subscription.reached(3)
      for (const round of range(1, 3)) {
        await through.deleteStream('s', HARD)
        await through.append('s', newEvents(2, round * 10), { expectedVersion: 'no-stream' })
        await eventually(() => expect(handled).toContainEqual([2, { n: round * 10 + 1 }]))
      }
      await subscription.reached(2)
      const firsts = handled.map((entry) => JSON.stringify(entry)).filter((text, n, all) => all.indexOf(text) === n)
      expect(firsts.slice(3)).toEqual([10, 20, 30].flatMap((n) => [`[1,{"n":${n}}]`, `[2,{"n":${n + 1}}]`]))
      expect(subscription.checkpoint).toBe(2)
      await subscription.close()
      await running
    },
  )

  test('while events are in flight drops them: acknowledging them does nothing, also when they are numbered again', async () => {
    await using target = await open()
    await target.append(3)
    await using subscription = target.store.subscribe('s', 'sub')
    const recorder = new Recorder(subscription, 9)
    await expectGiven([recorder], [[1, 2, 3]])
    await target.store.deleteStream('s', HARD)
    await eventually(() => expect(target.diagnostics).toContainEqual(expect.objectContaining({ state: 'standby' })))
    recorder.ack(3)
    await subscription.acquired()
    expect(subscription.checkpoint).toBe(0)
    await target.store.append('s', newEvents(2, 11), { expectedVersion: 'no-stream' })
    await expectGiven([recorder], [[1, 2, 3, 1, 2]])
    recorder.ack(2)
    await subscription.reached(2)
    expect(subscription.checkpoint).toBe(2)
  })

  test('and created again while events are in flight never takes an acknowledgement of the old for one of the new', async () => {
    await using target = await open()
    await target.append(3)
    await using subscription = target.store.subscribe('s', 'sub')
    const recorder = new Recorder(subscription, 9)
    await expectGiven([recorder], [[1, 2, 3]])
    await target.store.deleteStream('s', HARD)
    await target.store.append('s', newEvents(3, 11), { expectedVersion: 'no-stream' })
    await expectGiven([recorder], [[1, 2, 3, 1, 2, 3]])
    for (const n of [1, 2, 3]) recorder.ack(n)
    await subscription.reached(3)
    await target.store.append('s', newEvents(1, 14), { expectedVersion: 3 })
    await expectGiven([recorder], [[1, 2, 3, 1, 2, 3, 4]])
  })

  test('lets one to $all skip its events, with the checkpoint behind them', async () => {
    await using target = await open()
    for (const stream of ['a', 'gone', 'b']) {
      await target.store.append(stream, newEvents(10), { expectedVersion: 'any' })
    }
    await target.store.deleteStream('gone', HARD)
    await using subscription = target.store.subscribe('$all', 'sub', { after: 3 })
    const handled: number[] = []
    const running = subscription.run(({ position }) => {
      handled.push(position)
    })
    await subscription.reached(33)
    expect(handled).toEqual([...range(4, 13), ...range(24, 33)])
    await subscription.close()
    await running
  })

  test('at the end of $all does not hold a subscription to $all back', async () => {
    await using target = await open()
    await target.append(4)
    await target.store.deleteStream('s', HARD)
    await using subscription = target.store.subscribe('$all', 'sub')
    const recorder = new Recorder(subscription, 9)
    await expectGiven([recorder], [[1, 2, 3]])
    recorder.ack(3)
    await target.append()
    await expectGiven([recorder], [[1, 2, 3, 8]])
    recorder.ack(8)
    await subscription.reached(8)
  })
})

describe.each(KINDS)('deleting a subscription to %s', (kind) => {
  const openKind = () => openTarget(kind, database.connectionString)

  test('that there is none does nothing', async () => {
    await using target = await openKind()
    await target.store.deleteSubscription(target.stream, 'none')
    expect(await target.store.listSubscriptions()).toEqual([])
  })

  test('forgets the checkpoint: subscribing again starts anew', async () => {
    await using target = await openKind()
    await target.append(3)
    const first = target.store.subscribe(target.stream, 'sub')
    const running = first.run(() => {})
    await first.reached(3)
    await first.close()
    await running
    await target.store.deleteSubscription(target.stream, 'sub')
    expect(await target.store.listSubscriptions()).toEqual([])
    await using again = target.store.subscribe(target.stream, 'sub')
    await using received = receive(again.connect({ maxInFlight: 9 }))
    expect(numbersOf(await received.until(3))).toEqual([1, 2, 3])
  })

  test.each(['the same store', 'another store'])('ends its holder with ClosedError, from %s', async (who) => {
    await using target = await openKind()
    await target.append(3)
    const through = who === 'the same store' ? target.store : target.sibling()
    const subscription = target.store.subscribe(target.stream, 'sub')
    const iterated = receive(subscription.connect())
    const running = rejection(subscription.run(() => {}))
    await using untouched = target.store.subscribe(target.stream, 'untouched')
    const recorder = new Recorder(untouched, 9)
    await untouched.acquired()
    await iterated.until(1)
    const waiting = rejection(subscription.reached(99))
    await through.deleteSubscription(target.stream, 'sub')
    for (const error of [await rejection(iterated.ended), await running, await waiting]) {
      expect(error).toBeInstanceOf(ClosedError)
      expect(String(error)).toMatch(/"sub", which was deleted/)
    }
    expect(subscription.state).toBe('closed')
    expect(() => subscription.connect()).toThrow(ClosedError)
    await subscription.close()
    expect((await target.store.listSubscriptions()).map(({ name }) => name)).toEqual(['untouched'])
    await expectGiven([recorder], [[1, 2, 3]])
    await using again = target.store.subscribe(target.stream, 'sub')
    await using received = receive(again.connect({ maxInFlight: 9 }))
    expect(numbersOf(await received.until(3))).toEqual([1, 2, 3])
  })

  test('ends also who stands by for it, in any store', async () => {
    await using target = await openKind()
    const [one, two] = [target.store, target.sibling()].map((store) => store.subscribe(target.stream, 'sub'))
    const runs = [one, two].map((subscription) => rejection(subscription?.run(() => {}) ?? Promise.resolve()))
    await eventually(() => expect([one?.state, two?.state].toSorted()).toEqual(['live', 'standby']))
    await target.store.deleteSubscription(target.stream, 'sub')
    for (const error of await Promise.all(runs)) expect(error).toBeInstanceOf(ClosedError)
    expect(await target.store.listSubscriptions()).toEqual([])
  })
})
