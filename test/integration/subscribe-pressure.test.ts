import { describe, expect, test } from 'vitest'
import type { RecordedEvent } from '../../src/index.ts'
import { countingPool } from '../support/counting-pool.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvents, range } from '../support/new-events.ts'
import { expectGiven, Recorder } from '../support/subscribers.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

/** A serializer that counts the events that were read. */
function countingSerializer() {
  let contents = 0
  return {
    get events() {
      return contents / 2 // data and metadata
    },
    serialize: (value: unknown) => JSON.stringify(value),
    deserialize(content: string | Uint8Array) {
      contents++
      return JSON.parse(String(content))
    },
  }
}

describe.each(KINDS)('a subscription to %s', (kind) => {
  test('reads no more than maxQueued events ahead of its subscriber', async () => {
    const serializer = countingSerializer()
    await using target = await openTarget(kind, database.connectionString, { serializer })
    for (const _ of range(1, 4)) await target.append(5)
    await using subscription = target.store.subscribe(target.stream, 'sub', { maxQueued: 5 })
    const recorder = new Recorder(subscription, 5)
    await using other = target.store.subscribe(target.stream, 'other', { filter: () => false, maxQueued: 5 })
    await expectGiven([recorder], [range(1, 5)])
    await eventually(() => expect(serializer.events).toBe(10))
    await target.append(1)
    const running = other.run(() => {})
    await other.reached(21)
    expect(serializer.events).toBeLessThanOrEqual(10 + 21)
    for (const n of [5, 10, 15]) {
      recorder.ack(n)
      await expectGiven([recorder], [range(1, n + 5)])
    }
    recorder.ack(20)
    await expectGiven([recorder], [range(1, 21)])
    await other.close()
    await running
  })

  test('lets every acknowledged event make room for the next', async () => {
    await using target = await openTarget(kind, database.connectionString)
    await target.append(6)
    await using subscription = target.store.subscribe(target.stream, 'sub', { maxQueued: 3 })
    const recorder = new Recorder(subscription, 3)
    await expectGiven([recorder], [[1, 2, 3]])
    for (const n of [1, 2, 3]) {
      recorder.ack(n)
      await expectGiven([recorder], [range(1, 3 + n)])
    }
    recorder.ack(6)
    await target.append(4)
    await expectGiven([recorder], [range(1, 9)])
  })

  test('loses and doubles nothing when events are appended in the middle of catching up', async () => {
    await using target = await openTarget(kind, database.connectionString)
    for (const _ of range(1, 4)) await target.append(10)
    await using subscription = target.store.subscribe(target.stream, 'sub', { maxQueued: 7 })
    const handled: number[] = []
    let appending: Promise<void> | undefined
    const running = subscription.run(
      async ({ eventNumber }) => {
        handled.push(eventNumber)
        if (eventNumber === 15) appending = target.append(10)
      },
      { maxInFlight: 10 },
    )
    await subscription.reached(50)
    await target.append(10)
    await subscription.reached(60)
    await appending
    await subscription.close()
    await running
    expect(handled).toEqual(range(1, 60))
  })

  test('with checkpointAfter and a slow subscriber misses nothing that is appended while it catches up', async () => {
    await using target = await openTarget(kind, database.connectionString)
    await target.append(300)
    const options = { checkpointEvery: 1_000, checkpointAfter: 1, maxQueued: 20 }
    await using subscription = target.store.subscribe(target.stream, 'sub', options)
    const handled: number[] = []
    const checkpoints: number[] = []
    const handler = async ({ eventNumber }: RecordedEvent) => {
      handled.push(eventNumber)
      if (eventNumber % 10 === 0) await target.store.listStreams() // slower than checkpointAfter
      const [info] = await (eventNumber % 50 === 0 ? target.store.listSubscriptions() : [])
      if (info) checkpoints.push(eventNumber - info.checkpoint)
      if (eventNumber % 50 === 1 && eventNumber < 300) await target.append(1)
    }
    const running = subscription.run(handler, { maxInFlight: 10 })
    await subscription.reached(306)
    await subscription.close()
    await running
    expect(handled).toEqual(range(1, 306))
    expect(Math.min(...checkpoints)).toBeGreaterThan(0)
  })
})

test('a subscriber that joins while enough is queued makes room for more', async () => {
  await using target = await openTarget('$all', database.connectionString)
  await target.append(30)
  await using subscription = target.store.subscribe('$all', 'sub', { maxQueued: 10 })
  const first = new Recorder(subscription, 1)
  await expectGiven([first], [[1]])
  const second = new Recorder(subscription, 25)
  await expectGiven([first, second], [[1], range(2, 26)])
})

test('an event of a quiet stream costs a handful of statements', async () => {
  await using pool = countingPool(database.connectionString)
  const sessionConnectionString = database.connectionString
  await using target = await openTarget('$all', database.connectionString, { pool, sessionConnectionString })
  await using subscription = target.store.subscribe('$all', 'sub')
  const running = subscription.run(() => {})
  await target.append()
  await subscription.reached(1)
  pool.statements.length = 0
  const started = performance.now()
  for (const n of range(2, 51)) {
    await target.append()
    await subscription.reached(n)
  }
  const looks = 2 * Math.ceil((performance.now() - started) / 1_000)
  // The append, the notification, the page, the checkpoint; a wake-up of our own notification may read an empty page.
  expect(pool.statements.length).toBeLessThan(50 * 7 + looks)
  await subscription.close()
  await running
})

test('catching up with much in flight takes time in proportion to the events', { timeout: 60_000 }, async () => {
  await using store = await freshStore(database.connectionString)
  for (const n of range(0, 3)) await store.append('s', newEvents(10_000, n * 10_000), { expectedVersion: 'any' })
  const catchUp = async (name: string, events: number) => {
    await using subscription = store.subscribe('$all', name, { after: 40_000 - events, maxQueued: 10_000 })
    const subscriber = subscription.connect({ maxInFlight: 1_000 })
    const started = performance.now()
    for await (const { eventNumber } of subscriber) {
      subscriber.ack(eventNumber)
      if (eventNumber === 40_000) break
    }
    return performance.now() - started
  }
  await catchUp('warm-up', 10_000)
  const [few, many] = [await catchUp('few', 10_000), await catchUp('many', 40_000)]
  expect(many / few).toBeLessThan(8)
})
