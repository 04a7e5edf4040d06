import type { EventStore, RecordedEvent } from '../../../src/index.ts'
import type { Contest } from '../arena.ts'
import { openStore } from '../contenders/store.ts'
import { EVENT_RATE } from '../writers.ts'

const EVENTS = 100_000

let subscriptions = 0

/** A new subscription handles all that is stored: with the default options, and with 1,000 events in flight. */
export const catchUp: Contest = {
  name: 'catch-up',
  async run(arena) {
    await using store = await openStore(await arena.stored(EVENTS))
    return await arena.compete('catch-up', EVENT_RATE, [
      { name: 'defaults', run: async () => [await rate(store, 1)] },
      { name: '1,000 in flight', run: async () => [await rate(store, 1_000)] },
    ])
  },
}

/** From `run`, which takes the lock, until the last event is acknowledged. */
async function rate(store: EventStore, maxInFlight: number): Promise<number> {
  const name = `catch-up-${++subscriptions}`
  await using subscription = store.subscribe('$all', name)
  const began = performance.now()
  let running: Promise<void> | undefined
  await new Promise<void>((resolve, reject) => {
    const handle = ({ position }: RecordedEvent) => {
      if (position === EVENTS) resolve()
    }
    running = subscription.run(handle, { maxInFlight })
    running.catch(reject)
  })
  while (subscription.checkpoint < EVENTS) await new Promise(setImmediate) // the handler's promise acknowledges
  const taken = performance.now() - began
  await subscription.close()
  await running
  await store.deleteSubscription('$all', name)
  return EVENTS / (taken / 1_000)
}
