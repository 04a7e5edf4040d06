import { describe, expect, test } from 'vitest'
import { checkpointInTable } from '../support/checkpoints.ts'
import { countingPool } from '../support/counting-pool.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { countSessions } from '../support/sessions.ts'
import { KINDS, openTarget, type Target } from '../support/target.ts'

const database = useDatabase()

const inTable = ({ store }: Target, name = 'sub') => checkpointInTable(database.connectionString, store.schema, name)

describe.each(KINDS)('the checkpoint of a subscription to %s', (kind) => {
  const open = () => openTarget(kind, database.connectionString)

  test('is 0 in the table until something is acknowledged, then follows every acknowledged event', async () => {
    await using target = await open()
    await target.append(3)
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const subscriber = subscription.connect()
    await using received = receive(subscriber)
    await received.until(1)
    expect(await inTable(target)).toBe(0)
    for (const n of range(1, 3)) {
      await received.until(n)
      subscriber.ack(n)
      await eventually(async () => expect(await inTable(target)).toBe(n))
    }
  })

  test('is written after as many acknowledged events as checkpointEvery says', async () => {
    await using target = await open()
    await target.append(8)
    await using subscription = target.store.subscribe(target.stream, 'sub', { checkpointEvery: 6 })
    await using marker = target.store.subscribe(target.stream, 'marker')
    const subscriber = subscription.connect()
    const markers = marker.connect()
    await using received = receive(subscriber)
    await using marked = receive(markers)
    // Both checkpoints go with one statement, so what stands with the marker's is what was due.
    const expected = [0, 0, 0, 0, 0, 6, 6]
    for (const n of range(1, 7)) {
      await received.until(n)
      await marked.until(n)
      subscriber.ack(n)
      expect(subscription.checkpoint).toBe(n)
      markers.ack(n)
      await marker.reached(n)
      expect(await inTable(target)).toBe(expected[n - 1])
    }
  })

  test('is written after a time of quiet that checkpointAfter says', async () => {
    await using target = await open()
    await target.append(6)
    const options = { checkpointEvery: 100, checkpointAfter: 200 }
    await using subscription = target.store.subscribe(target.stream, 'sub', options)
    const subscriber = subscription.connect({ maxInFlight: 6 })
    await using received = receive(subscriber)
    await received.until(6)
    const started = performance.now()
    for (const n of range(1, 6)) subscriber.ack(n)
    expect(await inTable(target)).toBe(0)
    await subscription.reached(6)
    expect(performance.now() - started).toBeGreaterThan(195)
    expect(await inTable(target)).toBe(6)
  })

  test('is written when the subscription is closed', async () => {
    await using target = await open()
    await target.append(5)
    const subscription = target.store.subscribe(target.stream, 'sub', { checkpointEvery: 100 })
    const subscriber = subscription.connect({ maxInFlight: 5 })
    await using received = receive(subscriber)
    await received.until(5)
    subscriber.ack(3)
    expect(await inTable(target)).toBe(0)
    await subscription.close()
    expect(await inTable(target)).toBe(3)
    expect(subscription.checkpoint).toBe(3)
  })

  test('is written when the store is closed', async () => {
    await using target = await open()
    await target.append(5)
    const subscription = target.store.subscribe(target.stream, 'sub', { checkpointEvery: 100 })
    const subscriber = subscription.connect({ maxInFlight: 5 })
    await using received = receive(subscriber)
    await received.until(5)
    subscriber.ack(4)
    await target.store.close()
    expect(await inTable(target)).toBe(4)
    expect(await countSessions(database.connectionString, 'locks')).toBe(0)
  })

  test('is written, and the lock released, when the last subscriber leaves; connect opens it again', async () => {
    await using target = await open()
    await target.append(5)
    await using subscription = target.store.subscribe(target.stream, 'sub', { checkpointEvery: 100 })
    const [first, second] = [subscription.connect(), subscription.connect()]
    const [one, two] = [receive(first), receive(second)]
    await one.until(1)
    await two.until(1)
    first.ack(1)
    second.ack(2)
    await first.close()
    expect(await inTable(target)).toBe(0)
    expect((await target.store.listSubscriptions())[0]?.active).toBe(true)
    await second.close()
    expect(await inTable(target)).toBe(2)
    expect((await target.store.listSubscriptions())[0]?.active).toBe(false)
    expect(await countSessions(database.connectionString, 'locks')).toBe(0)
    await using again = receive(subscription.connect({ maxInFlight: 10 }))
    expect(numbersOf(await again.until(3))).toEqual([3, 4, 5])
  })

  test('is where another handle resumes, and what was in flight comes again', async () => {
    await using target = await open()
    await target.append(3)
    for (const expected of [[1, 2, 3], [2, 3], [3]]) {
      await using subscription = target.store.subscribe(target.stream, 'sub')
      const subscriber = subscription.connect({ maxInFlight: 3 })
      await using received = receive(subscriber)
      expect(numbersOf(await received.until(expected.length))).toEqual(expected)
      subscriber.ack(expected[0] ?? 0)
    }
    await target.append()
    await using last = target.store.subscribe(target.stream, 'sub', { after: 'start' })
    await using received = receive(last.connect({ maxInFlight: 9 }))
    expect(numbersOf(await received.until(1))).toEqual([4])
  })

  test('stays where it is when nothing was acknowledged: everything comes again', async () => {
    await using target = await open()
    await target.append(3)
    for (const _ of range(1, 3)) {
      await using subscription = target.store.subscribe(target.stream, 'sub')
      await using received = receive(subscription.connect({ maxInFlight: 3 }))
      expect(numbersOf(await received.until(3))).toEqual([1, 2, 3])
    }
    expect(await inTable(target)).toBe(0)
  })

  test('comes before the option after, which is for a new subscription', async () => {
    await using target = await open()
    await target.append(4)
    const first = target.store.subscribe(target.stream, 'sub', { after: 2 })
    await using received = receive(first.connect())
    expect(numbersOf(await received.until(1))).toEqual([3])
    await first.close()
    await using second = target.store.subscribe(target.stream, 'sub', { after: 'end' })
    await using again = receive(second.connect())
    expect(numbersOf(await again.until(1))).toEqual([3])
  })

  test('is known to listSubscriptions, with how far it lags behind', async () => {
    await using target = await open()
    await target.append(5)
    const head = (await target.store.getStream(target.stream)).version
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const subscriber = subscription.connect()
    await using received = receive(subscriber)
    await received.until(1)
    subscriber.ack(1)
    await subscription.reached(1)
    const [info] = await target.store.listSubscriptions()
    expect(info).toMatchObject({ stream: target.stream, name: 'sub', checkpoint: 1, lag: head - 1, active: true })
    expect(info?.updatedAt.getTime()).toBeGreaterThan(info?.createdAt.getTime() ?? Number.NaN)
    await subscription.close()
    expect(await target.store.listSubscriptions()).toMatchObject([{ checkpoint: 1, active: false }])
  })
})

test('many subscriptions of a store share one lock session, one LISTEN session, and the statements of checkpoints', async () => {
  await using pool = countingPool(database.connectionString)
  const sessionConnectionString = database.connectionString
  await using target = await openTarget('$all', database.connectionString, { pool, sessionConnectionString })
  const subscriptions = range(1, 30).map((n) => target.store.subscribe('$all', `sub-${n}`))
  const runs = subscriptions.map((subscription) => subscription.run(() => {}))
  await Promise.all(subscriptions.map((subscription) => subscription.acquired()))
  expect(await countSessions(database.connectionString, 'locks')).toBe(1)
  expect(await countSessions(database.connectionString, 'notifications')).toBe(1)
  pool.statements.length = 0
  const started = performance.now()
  for (const n of range(1, 10)) {
    await target.append(10)
    await Promise.all(subscriptions.map((subscription) => subscription.reached(n * 10)))
  }
  const seconds = (performance.now() - started) / 1_000
  expect(pool.count(/SET checkpoint/)).toBeGreaterThanOrEqual(10)
  expect(pool.count(/SET checkpoint/)).toBeLessThanOrEqual(seconds * 20 + 2)
  await Promise.all(subscriptions.map((subscription) => subscription.close()))
  await Promise.all(runs)
  expect(await countSessions(database.connectionString, 'locks')).toBe(0)
})
