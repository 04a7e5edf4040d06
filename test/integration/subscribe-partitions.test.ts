import { describe, expect, test } from 'vitest'
import type { RecordedEvent, SubscriptionOptions } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { newEvents, range } from '../support/new-events.ts'
import { rejection } from '../support/settled.ts'
import { expectGiven, Recorder } from '../support/subscribers.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

type Options = SubscriptionOptions<Record<string, unknown>>

const byRemainder = (divisor: number) => (event: RecordedEvent) => String(event.eventNumber % divisor)
const byStream = ({ streamName }: RecordedEvent) => streamName

describe.each(KINDS)('subscribers to partitions of %s', (kind) => {
  const open = async (options: Options) => {
    const target = await openTarget(kind, database.connectionString)
    return { target, subscription: target.store.subscribe(target.stream, 'sub', options) }
  }

  test('keep a partition as long as they have events of it in flight', async () => {
    const { target, subscription } = await open({ partitionBy: byRemainder(2) })
    await using _ = target
    await target.append(9)
    const all = range(1, 3).map(() => new Recorder(subscription, 3))
    await expectGiven(all, [[1, 3, 5], [2, 4, 6], []])
  })

  test('get the next of their partition when they acknowledge the later of two', async () => {
    const { target, subscription } = await open({ partitionBy: byRemainder(3) })
    await using _ = target
    await target.append(7)
    const all = range(1, 3).map(() => new Recorder(subscription, 2))
    await expectGiven(all, [
      [1, 4],
      [2, 5],
      [3, 6],
    ])
    all[0]?.ack(4)
    await expectGiven(all, [
      [1, 4, 7],
      [2, 5],
      [3, 6],
    ])
    expect(subscription.checkpoint).toBe(1)
  })

  test('take the earliest partition that waits when theirs is done', async () => {
    const { target, subscription } = await open({ partitionBy: byRemainder(4) })
    await using _ = target
    await target.append(16)
    const [a, b] = [new Recorder(subscription, 2), new Recorder(subscription, 2)]
    const both = [
      [1, 5],
      [2, 6],
    ]
    await expectGiven([a, b], both)
    a.ack(5)
    await expectGiven([a], [[1, 5, 3, 7]])
    const c = new Recorder(subscription, 2)
    await expectGiven([c], [[4, 8]])
    c.ack(8)
    await expectGiven([c], [[4, 8, 9, 13]])
    c.ack(13)
    await expectGiven([c], [[4, 8, 9, 13, 12, 16]])
    a.ack(7)
    b.ack(6)
    await expectGiven(
      [a, b],
      [
        [1, 5, 3, 7, 11, 15],
        [2, 6, 10, 14],
      ],
    )
  })

  test('with one partition only the first is given anything, one more for each acknowledged', async () => {
    const { target, subscription } = await open({ partitionBy: () => 'one' })
    await using _ = target
    await target.append(5)
    const [a, b] = [new Recorder(subscription, 2), new Recorder(subscription, 2)]
    await expectGiven([a, b], [[1, 2], []])
    for (const n of [1, 2, 3]) {
      a.ack(n)
      await expectGiven([a, b], [range(1, n + 2), []])
    }
  })

  test('no later event of a key overtakes one whose handler threw', async () => {
    const { target, subscription } = await open({ partitionBy: byRemainder(3) })
    await using _ = target
    await target.append(60)
    const handled = new Map<number, number[]>()
    const thrown = new Set<number>()
    const handler = async ({ eventNumber }: RecordedEvent) => {
      if (eventNumber % 7 === 0 && !thrown.has(eventNumber)) {
        thrown.add(eventNumber)
        throw new Error(`${eventNumber}`)
      }
      const key = eventNumber % 3
      handled.set(key, [...(handled.get(key) ?? []), eventNumber])
    }
    // Keeps the subscription open: after another opening, what is acknowledged behind the checkpoint would come again.
    const steady = subscription.run(async (event) => {
      await new Promise(setImmediate)
      if (event.eventNumber % 7 !== 0 || thrown.has(event.eventNumber)) await handler(event)
      else handled.set(event.eventNumber % 3, [...(handled.get(event.eventNumber % 3) ?? []), event.eventNumber])
    })
    const stopping = new AbortController()
    const throwing = async () => {
      while (!stopping.signal.aborted) {
        const run = subscription.run(handler, { concurrency: 2, maxInFlight: 5, signal: stopping.signal })
        expect(await rejection(run)).toBeInstanceOf(Error)
      }
    }
    const running = Promise.all([throwing(), throwing()])
    await subscription.reached(60)
    stopping.abort(new Error('done'))
    await running
    await subscription.close()
    await steady
    expect(thrown.size).toBeGreaterThan(0)
    for (const key of [0, 1, 2]) {
      expect(handled.get(key)).toEqual(range(1, 60).filter((number) => number % 3 === key))
    }
  })

  test('no later event of a key overtakes what a leaver had', async () => {
    const { target, subscription } = await open({ partitionBy: byRemainder(2) })
    await using _ = target
    await target.append(8)
    const [a, b] = [new Recorder(subscription, 2), new Recorder(subscription, 1)]
    await expectGiven([a, b], [[1, 3], [2]])
    await a.subscriber.close()
    const order = [2, 1, 3, 4]
    for (const count of range(1, 3)) {
      await expectGiven([b], [order.slice(0, count)])
      b.ack(order[count - 1] ?? 0)
    }
    await expectGiven([b], [order])
    expect(subscription.checkpoint).toBe(3)
  })
})

describe('partitions by stream', () => {
  const open = async (streams: number, events: number, options: Options = {}) => {
    const target = await openTarget('$all', database.connectionString)
    const append = async () => {
      for (const n of range(1, streams)) {
        await target.store.append(`s-${n}`, newEvents(events), { expectedVersion: 'any' })
      }
    }
    await append()
    return {
      target,
      append,
      subscription: target.store.subscribe('$all', 'sub', { partitionBy: byStream, ...options }),
    }
  }

  test('go to a subscriber each, and stay there while they have events in flight', async () => {
    const { target, subscription } = await open(3, 2)
    await using _ = target
    const all = range(1, 3).map(() => new Recorder(subscription))
    await expectGiven(all, [[1], [3], [5]])
    all[1]?.ack(3)
    await expectGiven(all, [[1], [3, 4], [5]])
    all[0]?.ack(1)
    all[2]?.ack(5)
    await expectGiven(all, [
      [1, 2],
      [3, 4],
      [5, 6],
    ])
  })

  test('move between subscribers once nothing of them is in flight', async () => {
    const { target, subscription } = await open(1, 4, { maxQueued: 2 })
    await using _ = target
    const [a, b] = [new Recorder(subscription), new Recorder(subscription)]
    await expectGiven([a, b], [[1], []])
    a.ack(1)
    await expectGiven([a, b], [[1], [2]])
    b.ack(2)
    await expectGiven([a, b], [[1, 3], [2]])
    a.ack(3)
    await expectGiven(
      [a, b],
      [
        [1, 3],
        [2, 4],
      ],
    )
  })

  test.each([
    { maxInFlight: 1, maxQueued: 1 },
    { maxInFlight: 2, maxQueued: 2 },
    { maxInFlight: 5, maxQueued: 10 },
    { maxInFlight: 5, maxQueued: 100 },
  ])('lose and double nothing, in order within each: %j', async ({ maxInFlight, maxQueued }) => {
    const { target, append, subscription } = await open(2, 5, { maxQueued })
    await using _ = target
    const handled: RecordedEvent[] = []
    const run = () =>
      subscription.run(
        async (event) => {
          handled.push(event)
        },
        { maxInFlight },
      )
    const runs = [run(), run()]
    await append()
    await subscription.reached(20)
    await subscription.close()
    await Promise.all(runs)
    expect(handled.map(({ position }) => position).toSorted((x, y) => x - y)).toEqual(range(1, 20))
    for (const stream of ['s-1', 's-2']) {
      const versions = handled.filter(byStreamName(stream)).map(({ streamVersion }) => streamVersion)
      expect(versions).toEqual(range(1, 10))
    }
  })
})

function byStreamName(stream: string) {
  return ({ streamName }: RecordedEvent) => streamName === stream
}
