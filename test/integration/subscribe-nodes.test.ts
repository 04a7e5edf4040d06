import { describe, expect, test } from 'vitest'
import type { EventStore, RecordedEvent } from '../../src/index.ts'
import { appendConcurrently } from '../support/append-concurrently.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { sessionsOf, terminateSessions } from '../support/sessions.ts'
import { expectGiven, Recorder } from '../support/subscribers.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

describe.each(KINDS)('two stores that subscribe to %s by one name', (kind) => {
  const open = () => openTarget(kind, database.connectionString, { subscriptionRetryInterval: 60_000 })
  const LATE = { subscriptionRetryInterval: 60_000 }

  test('do not both hold it: the other takes over as soon as the holder closes', async () => {
    await using target = await open()
    await target.append(3)
    const first = target.store.subscribe(target.stream, 'sub')
    const holder = new Recorder(first)
    await expectGiven([holder], [[1]])
    const second = target.sibling(LATE).subscribe(target.stream, 'sub')
    const standby = new Recorder(second, 9)
    await eventually(() => expect(second.state).toBe('standby'))
    holder.ack(1)
    await expectGiven([holder], [[1, 2]])
    await target.append()
    expect(standby.given).toEqual([])
    await first.close()
    await second.acquired()
    await expectGiven([standby], [[2, 3, 4]])
    expect(second.checkpoint).toBe(1)
    await second.close()
  })

  test('take over as soon as the last subscriber of the holder leaves', async () => {
    await using target = await open()
    await using first = target.store.subscribe(target.stream, 'sub')
    const holder = new Recorder(first)
    await first.acquired()
    await using second = target.sibling(LATE).subscribe(target.stream, 'sub')
    const standby = new Recorder(second)
    await eventually(() => expect(second.state).toBe('standby'))
    await holder.subscriber.close()
    await second.acquired()
    await target.append()
    await expectGiven([standby], [[1]])
  })

  test('take over what was given up while nothing could be heard, as soon as it can be again', async () => {
    await using target = await open()
    const first = target.store.subscribe(target.stream, 'sub')
    const holder = new Recorder(first)
    await first.acquired()
    await using second = target.sibling(LATE).subscribe(target.stream, 'sub')
    const standby = new Recorder(second)
    await eventually(() => expect(second.state).toBe('standby'))
    const listening = await eventually(async () => {
      const sessions = await sessionsOf(database.connectionString, 'notifications')
      expect(sessions).toHaveLength(2)
      return sessions
    })
    await terminateSessions(database.connectionString, 'notifications', listening)
    await first.close()
    await second.acquired()
    await target.append()
    await expectGiven([standby], [[1]])
    expect(holder.given).toEqual([])
  })

  test('take over as soon as the holder’s store is closed', async () => {
    await using target = await open()
    const other = target.sibling(LATE)
    await using first = other.subscribe(target.stream, 'sub')
    const holder = new Recorder(first)
    await target.append()
    await expectGiven([holder], [[1]])
    await using second = target.store.subscribe(target.stream, 'sub')
    const standby = new Recorder(second)
    await eventually(() => expect(second.state).toBe('standby'))
    holder.ack(1)
    await other.close()
    await second.acquired()
    expect(second.checkpoint).toBe(1)
    await target.append()
    await expectGiven([standby], [[2]])
  })

  test('see each event handled once, in order, while they pass it on again and again', async () => {
    await using target = await openTarget(kind, database.connectionString)
    const stores: EventStore[] = [target.store, target.sibling()]
    const handled: number[] = []
    let done = false
    const node = async (store: EventStore) => {
      while (!done) {
        const subscription = store.subscribe(target.stream, 'sub')
        let count = 0
        const handler = ({ eventNumber }: RecordedEvent) => {
          handled.push(eventNumber)
          if (++count === 10) queueMicrotask(() => void subscription.close())
        }
        await subscription.run(handler, { maxInFlight: 3 })
        await subscription.close()
      }
    }
    const running = stores.map(node)
    for (const _ of range(1, 6)) await target.append(20)
    await eventually(() => expect(handled.length).toBeGreaterThanOrEqual(120), { within: 15_000 })
    done = true
    await target.append(40) // so that whoever runs comes to an end
    await Promise.all(running)
    expect(handled).toEqual(range(1, handled.length))
  })
})

describe('two stores', () => {
  test('have a subscription each, of another name or in another schema, at the same time', async () => {
    await using target = await openTarget('$all', database.connectionString)
    await using elsewhere = await openTarget('$all', database.connectionString)
    const other = target.sibling()
    const subscriptions = [
      target.store.subscribe('$all', 'sub'),
      other.subscribe('$all', 'another'),
      other.subscribe('s', 'sub'),
      elsewhere.store.subscribe('$all', 'sub'),
    ]
    const recorders = subscriptions.map((subscription) => new Recorder(subscription, 9))
    await Promise.all(subscriptions.map((subscription) => subscription.acquired()))
    await target.append(2)
    await elsewhere.append(1)
    await expectGiven(recorders, [[1, 2], [1, 2], [1, 2], [1]])
    await Promise.all(subscriptions.map((subscription) => subscription.close()))
  })

  test('pass a subscription on when the holder loses its session, and one delivers at a time', async () => {
    await using target = await openTarget('$all', database.connectionString, { subscriptionRetryInterval: 100 })
    await target.append(3)
    await using first = target.store.subscribe('$all', 'sub')
    const one = new Recorder(first, 9)
    await expectGiven([one], [[1, 2, 3]])
    const [session] = await sessionsOf(database.connectionString, 'locks')
    await using second = target.sibling({ subscriptionRetryInterval: 50 }).subscribe('$all', 'sub')
    const two = new Recorder(second, 9)
    await eventually(() => expect(second.state).toBe('standby'))
    one.ack(1)
    await first.reached(1)
    await terminateSessions(database.connectionString, 'locks', [session ?? 0])
    await eventually(() => expect([first.state, second.state]).toContain('standby'))
    await eventually(() => expect([...one.given, ...two.given].length).toBe(5))
    const [holder, standby] = second.state === 'standby' ? [one, two] : [two, one]
    expect(holder.given.slice(-2)).toEqual([2, 3])
    if (holder === two) expect(() => one.ack(3)).not.toThrow() // given before the loss: ignored
    expect(Math.max(first.checkpoint, second.checkpoint)).toBe(1)
    const before = standby.given.length
    await target.append()
    await eventually(() => expect(holder.given.slice(-3)).toEqual([2, 3, 4]))
    expect(standby.given).toHaveLength(before)
  })

  test('append at once while one of them handles: all events, in order', async () => {
    await using target = await openTarget('$all', database.connectionString)
    const other = target.sibling()
    await using subscription = target.store.subscribe('$all', 'sub', { maxQueued: 50 })
    const handled: number[] = []
    const running = subscription.run(
      async ({ position }) => {
        handled.push(position)
      },
      { maxInFlight: 10 },
    )
    await Promise.all([appendConcurrently(target.store, 100), appendConcurrently(other, 100)])
    const { version } = await other.getStream('$all')
    await other.subscribe('$all', 'sub').reached(version)
    await subscription.close()
    await running
    expect(handled).toEqual(range(1, version))
  })

  test('resume where the other was, with nothing lost and what was in flight again', async () => {
    await using target = await openTarget('a stream', database.connectionString)
    await target.append(4)
    const first = target.store.subscribe('s', 'sub', { checkpointEvery: 100 })
    const one = new Recorder(first, 3)
    await expectGiven([one], [[1, 2, 3]])
    one.ack(2)
    await first.close()
    await using second = target.sibling().subscribe('s', 'sub')
    await using received = receive(second.connect({ maxInFlight: 9 }))
    expect(numbersOf(await received.until(2))).toEqual([3, 4])
  })
})
