import { randomUUID } from 'node:crypto'
import type { EventStore } from '../../src/index.ts'
import { BenchProcess } from '../harness/bench-process.ts'
import { now } from '../harness/clock.ts'
import { type Case, measure } from '../harness/measure.ts'
import type { Measurement } from '../harness/report.ts'
import { quantile } from '../harness/statistics.ts'
import type { Receipt } from '../workers/tasks.ts'
import { newEvents } from '../workload.ts'
import { receive } from './receiving.ts'
import { openStore, type SuiteContext } from './suite.ts'

/** A receiver of one stream, wherever it is. */
interface Receiver {
  readonly stream: string
  readonly receipts: Receipts
}

/** How long it takes from an append's return until the event is received, beside the duration of the append itself. */
export async function latency(context: SuiteContext): Promise<readonly Measurement[]> {
  const { sizes, progress } = context
  await using own = await openStore(context, 'latency')
  await using following = new BenchProcess(own.connectionString)
  await using subscribed = new BenchProcess(own.connectionString)
  const { store } = own
  const stopping = new AbortController()
  const { signal } = stopping
  const cases = [
    receipts(store, 'follow, same process', startHere(store, 'follow', signal), sizes.receipts),
    receipts(store, 'subscription, same process', startHere(store, 'subscription', signal), sizes.receipts),
    receipts(store, 'follow, another process', await startThere(following, 'follow'), sizes.receipts),
    receipts(store, 'subscription, another process', await startThere(subscribed, 'subscription'), sizes.receipts),
  ]
  try {
    return await measure('latency', cases, { ...sizes, progress })
  } finally {
    stopping.abort()
  }
}

function startHere(store: EventStore, by: 'follow' | 'subscription', signal: AbortSignal): Receiver {
  const stream = randomUUID()
  const receipts = new Receipts()
  receive(store, { stream, by, onReceipt: (receipt) => receipts.add(receipt), signal }).catch((error) => {
    if (!signal.aborted) receipts.fail(error)
  })
  return { stream, receipts }
}

async function startThere(other: BenchProcess, by: 'follow' | 'subscription'): Promise<Receiver> {
  const stream = randomUUID()
  const receipts = new Receipts()
  other.onReceipt = (receipt) => receipts.add(receipt)
  other.onFailure = (error) => receipts.fail(error)
  await other.call('receive', { stream, by })
  return { stream, receipts }
}

/** One append after the other; the next one when the last one's event was received. */
function receipts(store: EventStore, way: string, { stream, receipts }: Receiver, count: number): Case {
  const appended = `${way}: append itself, p50`
  const event = newEvents(1)
  return {
    figures: [
      { name: appended, unit: 'ms' },
      { name: `${way}: received after, p50`, unit: 'ms', comparedTo: appended },
      { name: `${way}: received after, p99`, unit: 'ms', comparedTo: appended },
    ],
    async run() {
      const appends: number[] = []
      const delays: number[] = []
      for (let n = 0; n < count; n++) {
        const began = now()
        const { streamVersion } = await store.append(stream, event, { expectedVersion: 'any' })
        const returned = now()
        appends.push(returned - began)
        delays.push((await receipts.of(streamVersion)) - returned)
      }
      return [quantile(appends, 0.5), quantile(delays, 0.5), quantile(delays, 0.99)]
    },
  }
}

/** When the events of a stream were received. */
class Receipts {
  #last: Receipt = { eventNumber: 0, receivedAt: 0 }
  #failure: Error | undefined
  #told = () => {}

  add(receipt: Receipt): void {
    this.#last = receipt
    this.#told()
  }

  fail(error: unknown): void {
    this.#failure = error instanceof Error ? error : new Error(String(error))
    this.#told()
  }

  /** Resolves when this event was received, which must be the last one appended. */
  async of(eventNumber: number): Promise<number> {
    while (this.#last.eventNumber < eventNumber) {
      if (this.#failure) throw this.#failure
      await new Promise<void>((resolve) => {
        this.#told = resolve
      })
    }
    return this.#last.receivedAt
  }
}
