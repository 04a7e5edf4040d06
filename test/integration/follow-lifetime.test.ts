import { describe, expect, test } from 'vitest'
import { ClosedError } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { countSessions } from '../support/sessions.ts'
import { rejection } from '../support/settled.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

const listening = (count: number) =>
  eventually(async () => expect(await countSessions(database.connectionString, 'notifications')).toBe(count))

describe.each(KINDS)('following %s ends', (kind) => {
  const open = () => openTarget(kind, database.connectionString)

  test('by break, and nothing is left of it', async () => {
    await using target = await open()
    await target.append(3)
    const seen: number[] = []
    for await (const { eventNumber } of target.store.follow(target.stream, { after: 'start' })) {
      seen.push(eventNumber)
      await listening(1)
      if (eventNumber === 2) break
    }
    expect(seen).toEqual([1, 2])
    await listening(0)
  })

  test('by an error in the loop, and nothing is left of it', async () => {
    await using target = await open()
    await target.append()
    const looping = (async () => {
      for await (const event of target.store.follow(target.stream, { after: 'start' })) throw new Error(event.type)
    })()
    expect(await rejection(looping)).toMatchObject({ message: 'SomethingHappened' })
    await listening(0)
  })

  test('by an abort while it waits, at once and with the reason', async () => {
    await using target = await open()
    const controller = new AbortController()
    const received = receive(target.store.follow(target.stream, { after: 'start', signal: controller.signal }))
    await target.append()
    await received.until(1)
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await rejection(received.ended)).toBe(reason)
    await listening(0)
  })

  test('by an abort between two events, with the reason instead of the next event', async () => {
    await using target = await open()
    await target.append(3)
    const controller = new AbortController()
    const reason = new Error('enough')
    const followed = target.store.follow(target.stream, { after: 'start', signal: controller.signal })
    const received = receive(followed, ({ eventNumber }) => eventNumber === 2 && controller.abort(reason))
    expect(await rejection(received.ended)).toBe(reason)
    expect(numbersOf(received.items)).toEqual([1, 2])
    await listening(0)
  })

  test('by a signal that was aborted before, without an event', async () => {
    await using target = await open()
    await target.append()
    const reason = new Error('never')
    const received = receive(target.store.follow(target.stream, { after: 'start', signal: AbortSignal.abort(reason) }))
    expect(await rejection(received.ended)).toBe(reason)
    expect(received.items).toEqual([])
  })

  test('by closing the store, with ClosedError', async () => {
    await using target = await open()
    let goOn = () => {}
    const held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const waiting = receive(target.store.follow(target.stream, { after: 'start' }))
    const busy = receive(target.store.follow(target.stream, { after: 'start' }), () => held)
    await target.append(2)
    await waiting.until(2)
    await busy.until(1)
    const ends = [waiting, busy].map(({ ended }) => rejection(ended))
    await target.store.close()
    goOn()
    for (const end of await Promise.all(ends)) expect(end).toBeInstanceOf(ClosedError)
    expect(busy.items).toHaveLength(1)
    expect(await countSessions(database.connectionString, 'notifications')).toBe(0)
  })

  test('by return() while next() is pending', async () => {
    await using target = await open()
    const iterator = target.store.follow(target.stream)[Symbol.asyncIterator]()
    const next = iterator.next()
    await listening(1)
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined })
    expect(await next).toEqual({ done: true, value: undefined })
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    await listening(0)
  })
})

describe('followers of a store', () => {
  test('that begin after it was closed reject with ClosedError', async () => {
    await using target = await openTarget('$all', database.connectionString)
    await target.store.close()
    expect(await rejection(receive(target.store.follow('$all')).ended)).toBeInstanceOf(ClosedError)
  })

  test('share one LISTEN session, which is opened with the first and closed with the last', async () => {
    await using target = await openTarget('$all', database.connectionString)
    await target.append()
    await listening(0)
    const first = receive(target.store.follow('$all'))
    await listening(1)
    const others = range(1, 5).map((n) => receive(target.store.follow(`s-${n}`)))
    await target.append()
    await first.until(1)
    await listening(1)
    await first.stop()
    await Promise.all(others.slice(1).map((other) => other.stop()))
    await listening(1)
    await others[0]?.stop()
    await listening(0)
    await using again = receive(target.store.follow('$all'))
    await listening(1)
    await target.append()
    await again.until(1)
  })

  test('leave no listener behind on a signal that they share', async () => {
    await using target = await openTarget('$all', database.connectionString)
    await target.append()
    const { signal } = new AbortController()
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    for (const _ of range(1, 30)) {
      for await (const _event of target.store.follow('$all', { after: 'start', signal })) break
    }
    await new Promise(setImmediate)
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
    await listening(0)
  })
})
