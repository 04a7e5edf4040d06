import { describe, expect, test } from 'vitest'
import { ClosedError, type Diagnostic, type SubscriptionState } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { rejection } from '../support/settled.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

function statesIn(diagnostics: readonly Diagnostic[]): SubscriptionState[] {
  return diagnostics.flatMap((diagnostic) => (diagnostic.type === 'subscription' ? [diagnostic.state] : []))
}

describe.each(KINDS)('the state of a subscription to %s', (kind) => {
  const open = () => openTarget(kind, database.connectionString)

  test('goes from acquiring by catching-up to live and closed, and is told by diagnostics', async () => {
    await using target = await open()
    await target.append(5)
    const subscription = target.store.subscribe(target.stream, 'sub')
    expect(subscription.state).toBe('acquiring')
    const subscriber = subscription.connect({ maxInFlight: 100 })
    expect(subscription.state).toBe('acquiring')
    await subscription.acquired()
    expect(subscription.state).toBe('catching-up')
    await eventually(() => expect(subscription.state).toBe('live'))
    await target.append(5)
    await using received = receive(subscriber)
    await received.until(10)
    expect(subscription.state).toBe('live')
    await subscription.close()
    expect(subscription.state).toBe('closed')
    expect(statesIn(target.diagnostics)).toEqual(['acquiring', 'catching-up', 'live', 'closed'])
    expect(target.diagnostics.filter((diagnostic) => 'error' in diagnostic)).toEqual([])
    expect(target.diagnostics).toContainEqual({
      type: 'subscription',
      stream: target.stream,
      name: 'sub',
      state: 'live',
    })
  })

  test('stays catching-up while more is stored than may be queued', async () => {
    await using target = await open()
    await target.append(12)
    await using subscription = target.store.subscribe(target.stream, 'sub', { maxQueued: 3 })
    const subscriber = subscription.connect()
    await using received = receive(subscriber)
    for (const n of range(1, 9)) {
      await received.until(n)
      expect(subscription.state).toBe('catching-up')
      subscriber.ack(n)
    }
    for (const n of range(10, 12)) {
      await received.until(n)
      subscriber.ack(n)
    }
    await eventually(() => expect(subscription.state).toBe('live'))
  })

  test('is standby while another store holds it, and live once that has closed it', async () => {
    await using target = await open()
    const holder = target.store.subscribe(target.stream, 'sub')
    await using held = receive(holder.connect())
    await holder.acquired()
    await target.append()
    await held.until(1)
    const diagnostics: Diagnostic[] = []
    const other = target.sibling({ onDiagnostic: (diagnostic) => diagnostics.push(diagnostic) })
    const standby = other.subscribe(target.stream, 'sub')
    await using received = receive(standby.connect())
    await eventually(() => expect(standby.state).toBe('standby'))
    expect(holder.state).toBe('live')
    await holder.close()
    await standby.acquired()
    expect(numbersOf(await received.until(1))).toEqual([1])
    await eventually(() => expect(standby.state).toBe('live'))
    expect(statesIn(diagnostics)).toEqual(['acquiring', 'standby', 'catching-up', 'live'])
  })
})

describe('waiting for a subscription', () => {
  const open = () => openTarget('$all', database.connectionString)

  test('to be acquired lasts until it is connected to and held', async () => {
    await using target = await open()
    const subscription = target.store.subscribe('$all', 'sub')
    let acquired = false
    const waiting = subscription.acquired().then(() => {
      acquired = true
    })
    await target.append()
    expect(acquired).toBe(false)
    await using _ = subscription.connect()
    await waiting
    await subscription.acquired()
    expect(['catching-up', 'live']).toContain(subscription.state)
  })

  test('ends with the reason of an abort, also of one that came before', async () => {
    await using target = await open()
    await using subscription = target.store.subscribe('$all', 'sub')
    const controller = new AbortController()
    const { signal } = controller
    const reason = new Error('enough')
    const waiting = [subscription.acquired({ signal }), subscription.reached(5, { signal })].map(rejection)
    controller.abort(reason)
    expect(await Promise.all(waiting)).toEqual([reason, reason])
    for (const wait of [subscription.acquired({ signal }), subscription.reached(0, { signal })]) {
      expect(await rejection(wait)).toBe(reason)
    }
    await using _ = subscription.connect()
    await subscription.acquired()
    expect(await rejection(subscription.acquired({ signal }))).toBe(reason)
  })

  test('rejects with ClosedError when it is closed meanwhile', async () => {
    await using target = await open()
    const subscription = target.store.subscribe('$all', 'sub')
    const waiting = [subscription.acquired(), subscription.reached(1)].map(rejection)
    await subscription.close()
    for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(ClosedError)
  })

  test('to have reached a number resolves in the store that holds it, once that stands in the table', async () => {
    await using target = await open()
    await target.append(3)
    await using subscription = target.store.subscribe('$all', 'sub')
    const subscriber = subscription.connect({ maxInFlight: 3 })
    await using received = receive(subscriber)
    await received.until(3)
    await subscription.reached(0)
    const order: string[] = []
    const waiting = [3, 2, 1].map((n) => subscription.reached(n).then(() => order.push(`reached ${n}`)))
    for (const n of range(1, 3)) {
      subscriber.ack(n)
      order.push(`acknowledged ${n}`)
    }
    await Promise.all(waiting)
    expect(order.slice(0, 3)).toEqual(['acknowledged 1', 'acknowledged 2', 'acknowledged 3'])
    expect((await target.store.listSubscriptions())[0]?.checkpoint).toBe(3)
  })

  test('to have reached a number resolves also in a store that does not hold it, connected or not', async () => {
    await using target = await open()
    await using subscription = target.store.subscribe('$all', 'sub')
    const running = subscription.run(() => {})
    await subscription.acquired()
    const unconnected = target.sibling().subscribe('$all', 'sub')
    const standby = target.sibling().subscribe('$all', 'sub')
    await using _ = standby.connect()
    await eventually(() => expect(standby.state).toBe('standby'))
    const waiting = Promise.all([unconnected.reached(4), standby.reached(4), subscription.reached(4)])
    await target.append(4)
    await waiting
    expect(await rejection(unconnected.reached(5, { signal: AbortSignal.timeout(150) }))).toMatchObject({
      name: 'TimeoutError',
    })
    await subscription.close()
    await running
  })

  test('to have reached what append returned makes a read model consistent with the write', async () => {
    await using target = await open()
    const seen: number[] = []
    await using subscription = target.store.subscribe('$all', 'sub')
    const running = subscription.run(({ position }) => {
      seen.push(position)
    })
    for (const n of range(1, 5)) {
      const event = { type: 'T', data: n }
      const { position } = await target.store.append('s', event, { expectedVersion: n - 1 })
      await subscription.reached(position)
      expect(seen).toEqual(range(1, n))
    }
    await subscription.close()
    await running
  })

  test('many at once, with one signal, warns of nothing', async () => {
    await using target = await open()
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    const { signal } = new AbortController()
    const subscriptions = range(1, 20).map((n) => target.store.subscribe('$all', `sub-${n}`))
    const subscribers = subscriptions.map((subscription) => subscription.connect({ signal }))
    const runs = subscriptions.map((subscription) => subscription.run(() => {}, { signal, concurrency: 2 }))
    await Promise.all(subscriptions.map((subscription) => subscription.acquired({ signal })))
    const waiting = Promise.all(subscriptions.map((subscription) => subscription.reached(1, { signal })))
    await Promise.all(subscribers.map((subscriber) => subscriber.close()))
    await target.append()
    await waiting
    await Promise.all(subscriptions.map((subscription) => subscription.close()))
    await Promise.all(runs)
    await new Promise(setImmediate)
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  })
})
