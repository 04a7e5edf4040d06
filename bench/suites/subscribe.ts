import { randomUUID } from 'node:crypto'
import type { EventStore } from '../../src/index.ts'
import { now } from '../harness/clock.ts'
import { type Case, measure } from '../harness/measure.ts'
import type { Measurement } from '../harness/report.ts'
import { newEvents } from '../workload.ts'
import { openStore, type SuiteContext } from './suite.ts'

interface Way {
  readonly name: string
  readonly maxInFlight: number
  readonly checkpointEvery: number
}

const EVENTS = 100
const WAYS: readonly Way[] = [
  { name: 'defaults', maxInFlight: 1, checkpointEvery: 1 },
  { name: '100 in flight, checkpoint every 100', maxInFlight: 100, checkpointEvery: 100 },
]

/** How long subscriptions take that are opened, and get 100 events each that are appended meanwhile. */
export async function subscribe(context: SuiteContext): Promise<readonly Measurement[]> {
  const { sizes, progress } = context
  await using own = await openStore(context, 'subscribe')
  const cases = WAYS.flatMap((way) => sizes.concurrency.map((count) => subscriptions(own.store, count, way)))
  return await measure('subscribe', cases, { ...sizes, progress })
}

/** From the first subscription's opening until all events are acknowledged. */
function subscriptions(store: EventStore, count: number, way: Way): Case {
  const subject = count === 1 ? '1 subscription' : `${count} subscriptions`
  return {
    figures: [{ name: `${subject} × ${EVENTS} events, ${way.name}`, unit: 'ms' }],
    async run() {
      const began = now()
      const ended = await Promise.all(Array.from({ length: count }, () => subscribeToOne(store, way)))
      await Promise.all(ended.map(({ close }) => close()))
      return [Math.max(...ended.map(({ at }) => at)) - began]
    },
  }
}

async function subscribeToOne(store: EventStore, { maxInFlight, checkpointEvery }: Way) {
  const stream = randomUUID()
  const subscription = store.subscribe(stream, 'bench', { checkpointEvery })
  const subscriber = subscription.connect({ maxInFlight })
  const appending = store.append(stream, newEvents(EVENTS), { expectedVersion: 'no-stream' })
  let at = 0
  for await (const event of subscriber) {
    subscriber.ack(event)
    at = now()
    if (event.eventNumber === EVENTS) break
  }
  await appending
  return {
    at,
    async close() {
      await subscription.close()
      await store.deleteSubscription(stream, 'bench')
    },
  }
}
