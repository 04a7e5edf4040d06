/** Subscribes to everything of the scenario: holds some of the subscriptions, and stands by for the others. */
import type { RecordedEvent } from '../../src/index.ts'
import { IGNORED, SUBSCRIPTIONS, type SubscriptionScenario } from '../scenario.ts'
import { pause, runWorker, type Worker } from './worker.ts'

/** Milliseconds that some events take: longer than the store takes to write a checkpoint. */
const SLOW = 100

/** What a handler throws on purpose. */
class Planned extends Error {}

await runWorker(
  async (worker) => {
    await Promise.all(SUBSCRIPTIONS.map((scenario) => subscribe(worker, scenario)))
  },
  (journal, diagnostic) => {
    if (diagnostic.type !== 'subscription') return
    journal.write({ type: 'state', subscription: diagnostic.name, state: diagnostic.state })
  },
)

async function subscribe(worker: Worker, scenario: SubscriptionScenario): Promise<void> {
  const { store, ending } = worker
  const { stream, name, order, filtered, checkpointEvery, maxQueued } = scenario
  await using subscription = store.subscribe(stream, name, {
    checkpointEvery,
    maxQueued,
    ...(checkpointEvery > 1 && { checkpointAfter: 100 }),
    ...(order === 'key' && { partitionBy: keyOf }),
    ...(filtered && { filter: ({ type }) => type !== IGNORED }),
  })
  ending.addEventListener('abort', () => void subscription.close(), { once: true })
  if (scenario.mode === 'batches') await takeBatches(worker, scenario, subscription)
  else await runAgain(worker, scenario, subscription)
}

type Subscription = ReturnType<Worker['store']['subscribe']>

async function runAgain(
  { journal, pick, ending }: Worker,
  { name: subscription, concurrency, maxInFlight, throws }: SubscriptionScenario,
  handle: Subscription,
): Promise<void> {
  const handler = async ({ eventNumber: number }: RecordedEvent) => {
    journal.write({ type: 'delivered', subscription, subscriber: 'run', number })
    const chance = pick(200)
    if (chance < 40) await pause(chance === 0 ? SLOW : chance < 8 ? chance * 2 : 1, ending)
    if (throws && chance === 199) throw new Planned('on purpose')
    journal.write({ type: 'acknowledged', subscription, numbers: [number] })
  }
  while (!ending.aborted) {
    try {
      await handle.run(handler, { concurrency, maxInFlight })
    } catch (error) {
      if (!(error instanceof Planned)) throw error
    }
  }
}

async function takeBatches(
  { journal, pick, ending }: Worker,
  { name: subscription, maxInFlight }: SubscriptionScenario,
  handle: Subscription,
): Promise<void> {
  const subscriber = handle.connect({ maxInFlight })
  for await (const batch of subscriber.batches()) {
    const numbers = batch.map(({ eventNumber }) => eventNumber)
    for (const number of numbers) journal.write({ type: 'delivered', subscription, subscriber: 'batches', number })
    await pause(pick(8), ending)
    if (ending.aborted) return
    journal.write({ type: 'acknowledged', subscription, numbers })
    subscriber.ack(numbers.at(-1) ?? 0)
  }
}

function keyOf({ data }: RecordedEvent): string {
  return (data as { readonly key: string }).key
}
