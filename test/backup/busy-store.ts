import { EventStore, type EventStoreOptions, type EventTypes } from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { eventually } from '../support/eventually.ts'
import { newEvents } from '../support/new-events.ts'
import { ReplicaWriters } from '../support/replica-writers.ts'

export type Payload = NonNullable<EventStoreOptions<EventTypes>['payload']>

export const SNAPSHOT = {
  sourceId: 'order-1',
  sourceVersion: 3,
  sourceType: 'Order',
  data: { total: 12 },
  metadata: { a: 1 },
}

/** A store with something of everything, in which writers append and a subscription is handled until `rest`. */
export interface BusyStore extends AsyncDisposable {
  readonly store: EventStore
  readonly options: { readonly payload: Payload; readonly enableHardDeletes: true }
  /** How many events were handled. */
  readonly handled: () => number
  /** Lets the writers end, and closes the subscription. */
  rest(): Promise<void>
}

export async function openBusyStore(connectionString: string, payload: Payload): Promise<BusyStore> {
  await migrate({ connectionString, payload })
  const options = { payload, enableHardDeletes: true } as const
  const store = new EventStore({ connectionString, ...options, onDiagnostic: () => {} })
  await fill(store)
  const subscription = store.subscribe('$all', 'busy')
  let handled = 0
  const running = subscription.run(() => void handled++)
  running.catch(() => {}) // whoever rests hears of it
  const writers = new ReplicaWriters(store, 4)
  await eventually(() => {
    if (handled < 100) throw new Error(`Expected a store in use, found ${handled} events handled`)
  })
  return {
    store,
    options,
    handled: () => handled,
    async rest() {
      await writers.end()
      await subscription.close()
      await running
    },
    [Symbol.asyncDispose]: () => store.close(),
  }
}

/** Streams, links, a stream that is soft deleted, one that is hard deleted, and a snapshot. */
async function fill(store: EventStore): Promise<void> {
  const ids = Array.from({ length: 3 }, () => crypto.randomUUID())
  const identified = newEvents(3).map((event, index) => ({ ...event, id: ids[index], causationId: ids[0] }))
  await store.append('kept', identified, { expectedVersion: 'no-stream' })
  await store.append('gone', newEvents(2), { expectedVersion: 'no-stream' })
  await store.append('hidden', newEvents(2), { expectedVersion: 'no-stream' })
  await store.append(
    'special',
    { type: 'Spécial', data: { text: 'naïve "\\ 名前 👩‍👩‍👧' } },
    { expectedVersion: 'no-stream' },
  )
  await store.link('links', ids, { expectedVersion: 'no-stream' })
  await store.deleteStream('hidden', { expectedVersion: 2 })
  await store.deleteStream('gone', { expectedVersion: 2, mode: 'hard' })
  await store.recordSnapshot(SNAPSHOT)
}
