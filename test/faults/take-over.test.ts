import { describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvents } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { type Script, startScript } from '../support/script.ts'
import type { SubscriberSettings } from '../support/subscriber.ts'

const database = useDatabase()

/** A holder in a process of its own, which has an event in hand, and a standby in this one. */
async function openPair(retryInterval: number) {
  const { connectionString } = database
  const { schema } = await storeWithEvents()
  const settings: SubscriberSettings = { connectionString, schema, stream: '$all', name: 's', retryInterval }
  const holder = await startScript('subscriber.ts', { args: [JSON.stringify(settings)] })
  const store = new EventStore({ connectionString, schema, subscriptionRetryInterval: retryInterval })
  const subscription = store.subscribe('$all', 's')
  const subscriber = subscription.connect()
  const received = receive(subscriber, (event) => subscriber.ack(event))
  await eventually(() => expect(subscription.state).toBe('standby'))
  return { holder, store, subscription, received }
}

async function storeWithEvents(): Promise<{ readonly schema: string }> {
  await using store = await freshStore(database.connectionString)
  await store.append('s', newEvents(3), { expectedVersion: 'no-stream' })
  return store
}

/** Milliseconds from what ends the holder to the first event that the standby is given. */
async function timeTakeOver(retryInterval: number, end: (holder: Script) => Promise<unknown>): Promise<number> {
  const { holder, store, received } = await openPair(retryInterval)
  try {
    const began = performance.now()
    const ended = end(holder)
    await received.until(1, 20_000)
    const took = performance.now() - began
    await ended
    await received.until(3)
    expect(numbersOf(received.items)).toEqual([1, 2, 3])
    return took
  } finally {
    await holder.kill()
    await store.close()
  }
}

describe('a standby', () => {
  test('takes over within 2 seconds when the holder is killed with SIGKILL', async () => {
    const times: number[] = []
    for (let round = 0; round < 3; round++) times.push(await timeTakeOver(1_000, (holder) => holder.kill()))
    expect(Math.min(...times)).toBeLessThan(2_000)
  })

  test('takes over at once when the holder closes, long before it would try again', async () => {
    const time = await timeTakeOver(60_000, async (holder) => expect(await holder.end()).toBe(0))
    expect(time).toBeLessThan(2_000)
  })

  test('tries to take over all it waits for, and only what it waits for', async () => {
    const { holder, store, subscription } = await openPair(50)
    const other = store.subscribe('$all', 'other')
    const received = receive(other.connect())
    await received.until(1)
    expect(subscription.state).toBe('standby')
    expect(other.state).toBe('live')
    await holder.kill()
    await subscription.acquired()
    expect(other.state).toBe('live')
    expect(numbersOf(received.items)).toEqual([1])
    await store.close()
  })
})
