import type { EventStore } from '../../src/index.ts'
import { now } from '../harness/clock.ts'
import type { Receipt } from '../workers/tasks.ts'

export interface ReceiveOptions {
  readonly stream: string
  readonly by: 'follow' | 'subscription'
  readonly onReceipt: (receipt: Receipt) => void
  readonly signal?: AbortSignal
}

/** Receives a stream from its start, and tells of every event, until the signal aborts or the store closes. */
export async function receive(store: EventStore, { stream, by, onReceipt, signal }: ReceiveOptions): Promise<void> {
  if (by === 'follow') {
    for await (const { eventNumber } of store.follow(stream, { after: 'start', ...(signal && { signal }) })) {
      onReceipt({ eventNumber, receivedAt: now() })
    }
    return
  }
  await using subscription = store.subscribe(stream, 'receiver')
  const subscriber = subscription.connect(signal && { signal })
  for await (const event of subscriber) {
    onReceipt({ eventNumber: event.eventNumber, receivedAt: now() })
    subscriber.ack(event)
  }
}
