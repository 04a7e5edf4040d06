import { randomUUID } from 'node:crypto'
import type { EventStore, EventTypes, Subscription } from '../../src/index.ts'
import { now, rate } from '../harness/clock.ts'
import { type Case, measure } from '../harness/measure.ts'
import type { Measurement } from '../harness/report.ts'
import { formatCount } from '../harness/text.ts'
import { openStore, type SuiteContext, seed } from './suite.ts'

type Work = (subscription: Subscription<EventTypes>, last: number) => Promise<void>

const IN_FLIGHT = 1_000

/** The ways to receive; each ends when the last event was acknowledged. */
const WAYS: Readonly<Record<string, Work>> = {
  'defaults, iterated': (subscription, last) => iterate(subscription, last, 1),
  'defaults, run': run,
  [`${formatCount(IN_FLIGHT)} in flight, iterated`]: (subscription, last) => iterate(subscription, last, IN_FLIGHT),
  [`${formatCount(IN_FLIGHT)} in flight, in batches`]: inBatches,
}

/** How fast a new subscription to `$all` gets through the events that are stored already. */
export async function catchUp(context: SuiteContext): Promise<readonly Measurement[]> {
  const { sizes, progress } = context
  await using own = await openStore(context, 'catch_up')
  await seed(context, own.store, sizes.storedEvents)
  const cases = Object.entries(WAYS).map(([name, work]) => caughtUp(own.store, name, work, sizes.storedEvents))
  return await measure('catch-up', cases, { ...sizes, progress })
}

/** From opening the subscription until everything is acknowledged. */
function caughtUp(store: EventStore, name: string, work: Work, count: number): Case {
  return {
    figures: [{ name: `${formatCount(count)} events, ${name}`, unit: 'events/s' }],
    async run() {
      const subscription = store.subscribe('$all', randomUUID())
      const began = now()
      await work(subscription, count)
      const duration = now() - began
      await subscription.close()
      await store.deleteSubscription(subscription.stream, subscription.name)
      return [rate(count, duration)]
    },
  }
}

async function iterate(subscription: Subscription<EventTypes>, last: number, maxInFlight: number): Promise<void> {
  const subscriber = subscription.connect({ maxInFlight })
  const events = subscriber[Symbol.asyncIterator]() // leaving a loop would close the subscriber, which is not measured
  for (let result = await events.next(); !result.done; result = await events.next()) {
    subscriber.ack(result.value)
    if (result.value.eventNumber === last) return
  }
}

async function inBatches(subscription: Subscription<EventTypes>, last: number): Promise<void> {
  const subscriber = subscription.connect({ maxInFlight: IN_FLIGHT })
  const batches = subscriber.batches()[Symbol.asyncIterator]()
  for (let result = await batches.next(); !result.done; result = await batches.next()) {
    const event = result.value.at(-1)
    if (event) subscriber.ack(event)
    if (event?.eventNumber === last) return
  }
}

async function run(subscription: Subscription<EventTypes>, last: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    subscription
      .run(({ eventNumber }) => {
        if (eventNumber === last) resolve()
      })
      .catch(reject)
  })
}
