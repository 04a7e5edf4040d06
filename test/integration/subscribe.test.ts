import { describe, expect, test } from 'vitest'
import { ClosedError, type RecordedEvent, SubscriptionAlreadyOpenError, UnexpectedAckError } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { newEvents, range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { rejection } from '../support/settled.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

describe.each(KINDS)('a subscription to %s', (kind) => {
  const open = () => openTarget(kind, database.connectionString)

  test('runs a handler with every event in order, what is stored and what comes', async () => {
    await using target = await open()
    await target.append(700)
    const subscription = target.store.subscribe(target.stream, 'sub')
    const handled: RecordedEvent[] = []
    const running = subscription.run(async (event) => {
      handled.push(event)
    })
    await subscription.reached(700)
    await target.append(10)
    await target.append(1)
    await subscription.reached(711)
    await subscription.close()
    expect(await running).toBeUndefined()
    expect(handled).toEqual(await target.store.read(target.stream).toArray())
  })

  test('gives one event at a time, and the next once that is acknowledged', async () => {
    await using target = await open()
    await target.append(3)
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const subscriber = subscription.connect()
    await using received = receive(subscriber)
    for (const n of range(1, 3)) {
      expect(numbersOf(await received.until(n))).toEqual(range(1, n))
      await target.append() // read by then, and not given
      expect(received.items).toHaveLength(n)
      subscriber.ack(n)
    }
    expect(numbersOf(await received.until(4))).toEqual([1, 2, 3, 4])
  })

  test('before anything is stored waits for what comes', async () => {
    await using target = await open()
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const subscriber = subscription.connect({ maxInFlight: 10 })
    await using received = receive(subscriber)
    await subscription.acquired()
    expect(received.items).toEqual([])
    expect(subscription.checkpoint).toBe(0)
    await target.append(3)
    expect(numbersOf(await received.until(3))).toEqual([1, 2, 3])
  })

  test.each([
    ['start', [1, 2, 3, 4, 5, 6]],
    [0, [1, 2, 3, 4, 5, 6]],
    [1, [2, 3, 4, 5, 6]],
    [3, [4, 5, 6]],
    ['end', [5, 6]],
    [5, [6]],
  ] as const)('after %s of 4 begins there', async (after, expected) => {
    await using target = await open()
    await target.append(4)
    await using subscription = target.store.subscribe(target.stream, 'sub', { after })
    const subscriber = subscription.connect({ maxInFlight: 10 })
    await using received = receive(subscriber)
    await subscription.acquired()
    expect(subscription.checkpoint).toBe(after === 'start' ? 0 : after === 'end' ? 4 : after)
    await target.append(2)
    expect(numbersOf(await received.until(expected.length))).toEqual(expected)
  })

  test('gives events in arrays of up to maxInFlight', async () => {
    await using target = await open()
    for (const count of range(1, 4)) await target.append(count)
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const subscriber = subscription.connect({ maxInFlight: 3 })
    const last = (batch: readonly RecordedEvent[]) => batch.at(-1)?.eventNumber ?? 0
    const arrays = receive(subscriber.batches(), (batch) => subscriber.ack(last(batch)))
    await subscription.reached(10)
    expect(arrays.items.map(numbersOf)).toEqual([[1, 2, 3], [4, 5, 6], [7, 8, 9], [10]])
    await target.append(5)
    await subscription.reached(15)
    expect(arrays.items.slice(4).map(numbersOf)).toEqual([
      [11, 12, 13],
      [14, 15],
    ])
  })

  test('with 3 in flight and 3 queued gives one more for each that is acknowledged', async () => {
    await using target = await open()
    await target.append(6)
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const subscriber = subscription.connect({ maxInFlight: 3 })
    await using received = receive(subscriber)
    await received.until(3)
    for (const n of range(1, 3)) {
      subscriber.ack(n)
      expect(subscription.checkpoint).toBe(n)
      expect(numbersOf(await received.until(3 + n))).toEqual(range(1, 3 + n))
    }
  })

  test('acknowledges with an event all that was given before it', async () => {
    await using target = await open()
    await target.append(6)
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const subscriber = subscription.connect({ maxInFlight: 3 })
    await using received = receive(subscriber)
    const [, , third] = await received.until(3)
    expect(subscription.checkpoint).toBe(0)
    subscriber.ack(third as RecordedEvent)
    expect(subscription.checkpoint).toBe(3)
    expect(numbersOf(await received.until(6))).toEqual(range(1, 6))
  })

  test('refuses to acknowledge what was not given, not given yet, or acknowledged before', async () => {
    await using target = await open()
    await target.append(6)
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const subscriber = subscription.connect({ maxInFlight: 3 })
    const iterator = subscriber[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toMatchObject({ eventNumber: 1 })
    for (const never of [0, 2, 4, 99, -1, 1.5]) expect(() => subscriber.ack(never)).toThrow(UnexpectedAckError)
    subscriber.ack(1)
    expect(() => subscriber.ack(1)).toThrow(UnexpectedAckError)
    await iterator.next()
    expect((await iterator.next()).value).toMatchObject({ eventNumber: 3 })
    subscriber.ack(3)
    expect(() => subscriber.ack(2)).toThrow(UnexpectedAckError)
    expect(subscription.checkpoint).toBe(3)
  })

  test('leaves out what the filter refuses, while it catches up and live', async () => {
    await using target = await open()
    await target.append(7)
    const filter = ({ eventNumber }: RecordedEvent) => eventNumber % 2 === 0
    await using subscription = target.store.subscribe(target.stream, 'sub', { filter })
    const subscriber = subscription.connect({ maxInFlight: 2 })
    await using received = receive(subscriber)
    expect(numbersOf(await received.until(2))).toEqual([2, 4])
    expect(subscription.checkpoint).toBe(1)
    subscriber.ack(4)
    expect(subscription.checkpoint).toBe(5)
    expect(numbersOf(await received.until(3))).toEqual([2, 4, 6])
    subscriber.ack(6)
    await target.append(3)
    expect(numbersOf(await received.until(5))).toEqual([2, 4, 6, 8, 10])
    subscriber.ack(10)
    await subscription.reached(10)
  })

  test('acknowledges what the filter refuses, also when it refuses everything', async () => {
    await using target = await open()
    await target.append(1)
    await using subscription = target.store.subscribe(target.stream, 'sub', { filter: () => false })
    const running = subscription.run(() => {})
    await subscription.reached(1)
    await target.append(1_000)
    await subscription.reached(1_001)
    expect(subscription.checkpoint).toBe(1_001)
    await subscription.close()
    await running
  })

  test('that is one of four gets all events, as the others do', async () => {
    await using target = await open()
    await target.append(3)
    const runs = range(1, 4).map((n) => {
      const subscription = target.store.subscribe(target.stream, `sub-${n}`)
      const numbers: number[] = []
      const running = subscription.run(({ eventNumber }) => {
        numbers.push(eventNumber)
      })
      return { subscription, numbers, running }
    })
    await target.append(3)
    for (const { subscription, numbers, running } of runs) {
      await subscription.reached(6)
      await subscription.close()
      await running
      expect(numbers).toEqual(range(1, 6))
    }
  })
})

describe('a subscription', () => {
  test('to a stream does not give the events of another one', async () => {
    await using target = await openTarget('a stream', database.connectionString)
    await target.append()
    await target.store.append('another', newEvents(2), { expectedVersion: 'any' })
    await target.append()
    await using subscription = target.store.subscribe('s', 'sub')
    await using received = receive(subscription.connect({ maxInFlight: 10 }))
    const events = await received.until(2)
    expect(events.map(({ streamName, position }) => [streamName, position])).toEqual([
      ['s', 4],
      ['s', 7],
    ])
    expect(numbersOf(events)).toEqual([1, 2])
  })

  test('that is open is not opened by another handle of the same store, whichever way', async () => {
    await using target = await openTarget('$all', database.connectionString)
    const first = target.store.subscribe('$all', 'sub')
    const second = target.store.subscribe('$all', 'sub')
    await using sameNameElsewhere = target.store.subscribe('s', 'sub')
    await using _ = receive(first.connect())
    expect(() => second.connect()).toThrow(SubscriptionAlreadyOpenError)
    expect(await rejection(second.run(() => {}))).toBeInstanceOf(SubscriptionAlreadyOpenError)
    await using _elsewhere = receive(sameNameElsewhere.connect())
    await first.close()
    await using received = receive(second.connect())
    await target.append()
    expect(numbersOf(await received.until(1))).toEqual([1])
  })

  test('that was closed, or whose store was, refuses everything with ClosedError', async () => {
    await using target = await openTarget('$all', database.connectionString)
    const closed = target.store.subscribe('$all', 'closed')
    await closed.close()
    await closed.close()
    const unopened = target.store.subscribe('$all', 'unopened')
    const waiting = [unopened.acquired(), unopened.reached(1)].map(rejection)
    const open = target.store.subscribe('$all', 'open')
    const iteration = receive(open.connect())
    waiting.push(rejection(open.reached(1)))
    await open.acquired()
    await target.store.close()
    for (const subscription of [closed, unopened, open]) {
      expect(() => subscription.connect()).toThrow(ClosedError)
      for (const refused of [subscription.run(() => {}), subscription.acquired(), subscription.reached(1)]) {
        expect(await rejection(refused)).toBeInstanceOf(ClosedError)
      }
    }
    for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(ClosedError)
    await iteration.ended
    expect(open.state).toBe('closed')
  })
})
