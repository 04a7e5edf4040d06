import { describe, expect, test } from 'vitest'
import { type RecordedEvent, UnexpectedAckError } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { newEvents, range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { rejection } from '../support/settled.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

/** A promise, and who resolves it. */
function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

describe.each(KINDS)('a run of a subscription to %s', (kind) => {
  const openRun = () => openTarget(kind, database.connectionString)

  test.each(['synchronously', 'later'])(
    'rejects with the very error that its handler throws %s, and that event comes again first',
    async (when) => {
      await using target = await openRun()
      await target.append(5)
      await using subscription = target.store.subscribe(target.stream, 'sub')
      const mistake = new Error('a mistake in the handler')
      const seen: number[] = []
      const handler = ({ eventNumber }: RecordedEvent): void | Promise<void> => {
        seen.push(eventNumber)
        if (eventNumber !== 3) return
        if (when === 'synchronously') throw mistake
        return Promise.reject(mistake)
      }
      for (const _ of range(1, 2)) {
        expect(await rejection(subscription.run(handler, { maxInFlight: 10 }))).toBe(mistake)
      }
      expect(seen).toEqual([1, 2, 3, 3])
      expect(subscription.checkpoint).toBe(2)
      expect(subscription.state).not.toBe('closed')
      await using received = receive(subscription.connect({ maxInFlight: 10 }))
      expect(numbersOf(await received.until(3))).toEqual([3, 4, 5])
    },
  )

  test('gives the event on which it threw to the other runs, which go on', async () => {
    await using target = await openRun()
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const mistake = new Error('a mistake in the handler')
    const handled: number[] = []
    const failing = subscription.run(() => Promise.reject(mistake), { maxInFlight: 5 })
    const other = subscription.run(
      ({ eventNumber }) => {
        handled.push(eventNumber)
      },
      { maxInFlight: 5 },
    )
    await subscription.acquired()
    await target.append(20)
    expect(await rejection(failing)).toBe(mistake)
    await subscription.reached(20)
    expect(handled.toSorted((a, b) => a - b)).toEqual(range(1, 20))
    await target.append(2)
    await subscription.reached(22)
    await subscription.close()
    await other
  })

  test('with concurrency handles several events at once', async () => {
    await using target = await openRun()
    await target.append(9)
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const { open, opened } = gate()
    const begun: number[] = []
    const handler = async ({ eventNumber }: RecordedEvent) => {
      begun.push(eventNumber)
      await opened
    }
    const running = subscription.run(handler, { concurrency: 3 })
    await eventually(() => expect(begun).toEqual([1, 2, 3]))
    await target.append()
    expect(begun).toHaveLength(3)
    open()
    await subscription.reached(10)
    await subscription.close()
    await running
    expect(begun.toSorted((a, b) => a - b)).toEqual(range(1, 10))
  })

  test('with concurrency ends as a whole when one handler throws, once the others are done', async () => {
    await using target = await openRun()
    await target.append(9)
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const { open, opened } = gate()
    const mistake = new Error('a mistake in the handler')
    const done: number[] = []
    const handler = async ({ eventNumber }: RecordedEvent) => {
      if (eventNumber === 2) throw mistake
      await opened
      done.push(eventNumber)
    }
    let ended = false
    const running = rejection(subscription.run(handler, { concurrency: 3, maxInFlight: 2 })).finally(() => {
      ended = true
    })
    await eventually(() => expect(subscription.state).toBe('live'))
    expect(ended).toBe(false)
    open()
    expect(await running).toBe(mistake)
    expect(done).toEqual([1, 3])
    await using received = receive(subscription.connect({ maxInFlight: 20 }))
    expect(numbersOf(await received.until(8))).toEqual(range(2, 9))
  })

  test('resolves on close, which waits for handlers at work and counts what they did', async () => {
    await using target = await openRun()
    await target.append(9)
    const subscription = target.store.subscribe(target.stream, 'sub')
    const { open, opened } = gate()
    let aborted = 0
    const begun: number[] = []
    const handler = async ({ eventNumber }: RecordedEvent, { signal }: { readonly signal: AbortSignal }) => {
      begun.push(eventNumber)
      signal.addEventListener('abort', () => aborted++)
      await opened
    }
    const running = subscription.run(handler, { concurrency: 2, maxInFlight: 3 })
    await eventually(() => expect(begun).toEqual([1, 2]))
    const closing = subscription.close()
    expect(aborted).toBe(2)
    await target.append()
    expect((await target.store.listSubscriptions())[0]?.active).toBe(true)
    open()
    await closing
    await running
    expect(begun).toEqual([1, 2])
    expect(await target.store.listSubscriptions()).toMatchObject([{ checkpoint: 2, active: false }])
  })

  test('can be closed by its own handler', async () => {
    await using target = await openRun()
    await target.append(5)
    const subscription = target.store.subscribe(target.stream, 'sub')
    const seen: number[] = []
    const running = subscription.run(async ({ eventNumber }) => {
      seen.push(eventNumber)
      if (eventNumber === 3) await subscription.close()
    })
    expect(await running).toBeUndefined()
    expect(seen).toEqual([1, 2, 3])
    expect(subscription.state).toBe('closed')
    // What closed it was not done by then: it comes again.
    expect(await target.store.listSubscriptions()).toMatchObject([{ checkpoint: 2, active: false }])
  })

  test('rejects with the reason of an abort, once its handler is done, whose event counts', async () => {
    await using target = await openRun()
    await target.append(5)
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const controller = new AbortController()
    const reason = new Error('enough')
    const { open, opened } = gate()
    const signals: AbortSignal[] = []
    const running = rejection(
      subscription.run(
        async (_, { signal }) => {
          signals.push(signal)
          await opened
        },
        { signal: controller.signal },
      ),
    )
    await eventually(() => expect(signals).toHaveLength(1))
    expect(signals[0]?.aborted).toBe(false)
    controller.abort(reason)
    expect(signals[0]?.aborted).toBe(true)
    open()
    expect(await running).toBe(reason)
    expect(subscription.checkpoint).toBe(1)
    expect(await target.store.listSubscriptions()).toMatchObject([{ checkpoint: 1, active: false }])
  })

  test('rejects with the reason of an abort while it waits, or before it began', async () => {
    await using target = await openRun()
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const controller = new AbortController()
    const reason = new Error('enough')
    const running = rejection(subscription.run(() => {}, { signal: controller.signal, concurrency: 3 }))
    await subscription.acquired()
    controller.abort(reason)
    expect(await running).toBe(reason)
    expect(await rejection(subscription.run(() => {}, { signal: controller.signal }))).toBe(reason)
  })

  test('lets a handler that gives up because of its signal give up: its event comes again', async () => {
    await using target = await openRun()
    await target.append(3)
    const subscription = target.store.subscribe(target.stream, 'sub')
    const seen: number[] = []
    const running = subscription.run(
      ({ eventNumber }, { signal }) =>
        new Promise((resolve, reject) => {
          seen.push(eventNumber)
          if (eventNumber === 1) resolve()
          else signal.addEventListener('abort', () => reject(signal.reason))
        }),
    )
    await eventually(() => expect(seen).toEqual([1, 2]))
    await subscription.close()
    expect(await running).toBeUndefined()
    expect(await target.store.listSubscriptions()).toMatchObject([{ checkpoint: 1 }])
  })

  test('closes the handler’s store when that asks for it, without waiting for itself', async () => {
    await using target = await openRun()
    await target.append(2)
    const closed: Promise<void>[] = []
    const running = target.store.subscribe(target.stream, 'sub').run(() => {
      closed.push(target.store.close())
    })
    expect(await running).toBeUndefined()
    expect(closed).toHaveLength(1)
    await Promise.all(closed)
  })
})

describe('a subscriber', () => {
  test('that is aborted rejects with the reason, and leaves what it had to the others', async () => {
    await using target = await openTarget('$all', database.connectionString)
    await target.append(4)
    await using subscription = target.store.subscribe('$all', 'sub')
    const controller = new AbortController()
    const reason = new Error('enough')
    const aborted = receive(subscription.connect({ maxInFlight: 2, signal: controller.signal }))
    await aborted.until(2)
    await using other = receive(subscription.connect({ maxInFlight: 4 }))
    await other.until(2)
    controller.abort(reason)
    expect(await rejection(aborted.ended)).toBe(reason)
    expect(numbersOf(await other.until(4))).toEqual([3, 4, 1, 2])
    expect(await rejection(receive(subscription.connect({ signal: controller.signal })).ended)).toBe(reason)
  })

  test('ends its pending next() on return() and on close(), however many there are', async () => {
    await using target = await openTarget('$all', database.connectionString)
    await using subscription = target.store.subscribe('$all', 'sub')
    const subscriber = subscription.connect({ maxInFlight: 2 })
    const iterator = subscriber[Symbol.asyncIterator]()
    const pending = [iterator.next(), iterator.next(), iterator.next()]
    await target.append(2)
    expect((await pending[0])?.value).toMatchObject({ eventNumber: 1 })
    expect((await pending[1])?.value).toMatchObject({ eventNumber: 2 })
    await iterator.return?.()
    expect(await pending[2]).toEqual({ done: true, value: undefined })
    await subscriber.close()
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  test('that leaves its loop gives the rest to the others, in order and first', async () => {
    await using target = await openTarget('$all', database.connectionString)
    await target.append(6)
    await using subscription = target.store.subscribe('$all', 'sub')
    const leaver = subscription.connect({ maxInFlight: 4 })
    for await (const { eventNumber } of leaver) {
      if (eventNumber === 1) leaver.ack(1)
      else break
    }
    const stayer = subscription.connect({ maxInFlight: 1 })
    await using received = receive(stayer, ({ eventNumber }) => stayer.ack(eventNumber))
    expect(numbersOf(await received.until(5))).toEqual([2, 3, 4, 5, 6])
    expect(() => leaver.ack(99)).toThrow(UnexpectedAckError)
    expect(() => leaver.ack(2)).toThrow('closed')
  })

  test('of a handle whose store appends in the handler works as a chain of events', async () => {
    await using target = await openTarget('$all', database.connectionString)
    await using subscription = target.store.subscribe('$all', 'chain')
    const running = subscription.run(async ({ position }) => {
      if (position < 50) await target.store.append('s', newEvents(1), { expectedVersion: 'any' })
    })
    await target.store.append('s', newEvents(1), { expectedVersion: 'any' })
    await subscription.reached(50)
    await subscription.close()
    await running
    expect((await target.store.getStream('s')).version).toBe(50)
  })
})
