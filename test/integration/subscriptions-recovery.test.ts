import { describe, expect, test } from 'vitest'
import { checkpointInTable } from '../support/checkpoints.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { runSql } from '../support/run-sql.ts'
import { countSessions, terminateSessions } from '../support/sessions.ts'
import { expectGiven, Recorder } from '../support/subscribers.ts'
import { KINDS, openTarget, type Target } from '../support/target.ts'

const database = useDatabase()

const terminated = (purpose: 'notifications' | 'locks') =>
  eventually(async () => expect(await terminateSessions(database.connectionString, purpose)).toBe(1))

const countOf = ({ diagnostics }: Target, type: string, connection: string) =>
  diagnostics
    .filter((diagnostic) => diagnostic.type === type && 'connection' in diagnostic)
    .filter((diagnostic) => 'connection' in diagnostic && diagnostic.connection === connection).length

describe.each(KINDS)('when the LISTEN session is terminated', (kind) => {
  test('followers and subscriptions to %s get what is appended meanwhile without a further append', async () => {
    await using target = await openTarget(kind, database.connectionString)
    const other = target.sibling()
    await using received = receive(target.store.follow(target.stream, { after: 'start' }))
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const recorder = new Recorder(subscription, 99)
    await target.append()
    await received.until(1)
    for (const round of range(1, 3)) {
      await terminated('notifications')
      await target.append(2, other)
      await received.until(1 + 2 * round, 2_000)
      await expectGiven([recorder], [range(1, 1 + 2 * round)])
      await eventually(async () => expect(await countSessions(database.connectionString, 'notifications')).toBe(1))
    }
    expect(numbersOf(received.items)).toEqual(range(1, 7))
    expect(countOf(target, 'connection-lost', 'notifications')).toBe(3)
    await eventually(() => expect(countOf(target, 'connected', 'notifications')).toBe(4))
  })
})

describe.each(KINDS)('when the lock session of a subscription to %s is terminated', (kind) => {
  const open = () => openTarget(kind, database.connectionString, { subscriptionRetryInterval: 100 })

  test('what is in flight is dropped: acknowledging it is ignored, and it comes again', async () => {
    await using target = await open()
    await target.append(3)
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const recorder = new Recorder(subscription, 9)
    await expectGiven([recorder], [[1, 2, 3]])
    recorder.ack(1)
    await subscription.reached(1)
    await terminated('locks')
    await eventually(() => expect(subscription.state).toBe('standby'))
    for (const n of [3, 2]) recorder.ack(n)
    await subscription.acquired()
    expect(subscription.checkpoint).toBe(1)
    await expectGiven([recorder], [[1, 2, 3, 2, 3]])
    recorder.ack(3)
    await subscription.reached(3)
    await target.append()
    await expectGiven([recorder], [[1, 2, 3, 2, 3, 4]])
  })

  test('the checkpoint is read again from the table', async () => {
    await using target = await open()
    await target.append(3)
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const recorder = new Recorder(subscription, 9)
    await expectGiven([recorder], [[1, 2, 3]])
    const { schema } = target.store
    await runSql(database.connectionString, `UPDATE ${schema}.subscriptions SET checkpoint = 2`)
    await terminated('locks')
    await expectGiven([recorder], [[1, 2, 3, 3]])
    expect(subscription.checkpoint).toBe(2)
  })

  test('it comes back, again and again, and nothing is lost', async () => {
    await using target = await open()
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const handled: number[] = []
    const signals: boolean[] = []
    const running = subscription.run(async ({ eventNumber }, { signal }) => {
      handled.push(eventNumber)
      await target.store.listStreams()
      signals.push(signal.aborted)
    })
    for (const round of range(1, 5)) {
      await subscription.acquired()
      await target.append(10)
      await terminated('locks')
      await subscription.reached(round * 10)
    }
    await subscription.close()
    await running
    const firsts = handled.filter((number, index) => handled.indexOf(number) === index)
    expect(firsts).toEqual(range(1, 50))
    expect(countOf(target, 'connection-lost', 'locks')).toBe(5)
  })
})

test('a checkpoint is never written under a hold that another process has ended', async () => {
  await using target = await openTarget('$all', database.connectionString)
  await target.append(3)
  await using subscription = target.store.subscribe('$all', 'sub')
  const recorder = new Recorder(subscription, 9)
  await expectGiven([recorder], [[1, 2, 3]])
  const { schema } = target.store
  // What another process does when it gets the lock: it marks the row as its own.
  await runSql(
    database.connectionString,
    `UPDATE ${schema}.subscriptions SET holder = gen_random_uuid(), checkpoint = 1`,
  )
  recorder.ack(3)
  await expectGiven([recorder], [[1, 2, 3, 2, 3]])
  expect(await checkpointInTable(database.connectionString, schema, 'sub')).toBe(1)
  expect(subscription.checkpoint).toBe(1)
  recorder.ack(3)
  await subscription.reached(3)
})

test('the signal of a handler aborts when the lock is lost, and what it finishes afterwards does not count', async () => {
  await using target = await openTarget('$all', database.connectionString, { subscriptionRetryInterval: 100 })
  await target.append(2)
  await using subscription = target.store.subscribe('$all', 'sub')
  const handled: string[] = []
  const running = subscription.run(async ({ eventNumber }, { signal }) => {
    const again = handled.length > 0
    handled.push(`begin ${eventNumber}`)
    if (!again) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    handled.push(`end ${eventNumber}`)
  })
  await eventually(() => expect(handled).toEqual(['begin 1']))
  await terminated('locks')
  await subscription.reached(2)
  await subscription.close()
  await running
  expect(handled).toEqual(['begin 1', 'end 1', 'begin 1', 'end 1', 'begin 2', 'end 2'])
})
