import { expect } from 'vitest'
import type { EventStore, StreamOperations } from '../../src/index.ts'
import { newEvents } from './new-events.ts'
import { withClient } from './run-sql.ts'

const SNAPSHOT = {
  sourceId: 'order',
  sourceVersion: 3,
  sourceType: 'Order',
  data: { total: 12 },
  metadata: { by: 'ann' },
}

/** Everything that a store does but deletions, on a store that is empty: 5 events in streams `order` and `stock`, links in `linked`. */
export async function exerciseStore(store: EventStore, connectionString: string): Promise<void> {
  await appendEvents(store)
  await withClient(connectionString, async (client) => {
    await client.query('BEGIN')
    await store.withClient(client).append('stock', newEvents(1, 2), { expectedVersion: 1 })
    await client.query('COMMIT')
  })
  await readEvents(store)
  await keepSnapshots(store)
  await subscribe(store)
}

/** Deletes a stream softly, and the other for good. */
export async function deleteStreams(store: EventStore): Promise<void> {
  await store.deleteStream('linked', { expectedVersion: 3 })
  await expect(store.getStream('linked')).rejects.toMatchObject({ code: 'STREAM_DELETED' })
  await store.deleteStream('order', { expectedVersion: 'any', mode: 'hard' })
  await expect(store.getStream('order')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  expect((await store.read('$all').toArray()).map(({ position }) => position)).toEqual([4, 5])
}

async function appendEvents(store: StreamOperations): Promise<void> {
  expect(await store.append('order', newEvents(2), { expectedVersion: 'no-stream' })).toMatchObject({ position: 2 })
  const results = await store.appendAll([
    { stream: 'order', expectedVersion: 2, events: newEvents(1, 3) },
    { stream: 'stock', expectedVersion: 'no-stream', events: newEvents(1) },
  ])
  expect(results.map(({ streamVersion }) => streamVersion)).toEqual([3, 1])
  const ofOwnId = { type: 'T', data: 1, id: '0190a0b0-0000-7000-8000-00000000abcd' }
  await expect(store.append('order', ofOwnId, { expectedVersion: 7 })).rejects.toMatchObject({ actualVersion: 3 })
  const linked = await store.read('order').toArray()
  expect(await store.link('linked', linked, { expectedVersion: 'no-stream' })).toMatchObject({ streamVersion: 3 })
}

async function readEvents(store: StreamOperations): Promise<void> {
  const numbers = async (stream: string, options = {}) =>
    (await store.read(stream, options).toArray()).map(({ eventNumber }) => eventNumber)
  expect(await numbers('$all')).toEqual([1, 2, 3, 4, 5])
  expect(await numbers('order', { direction: 'backwards', batchSize: 1 })).toEqual([3, 2, 1])
  expect(await numbers('linked', { from: 2 })).toEqual([2, 3])
  expect((await store.read('linked').toArray()).map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  expect(await store.getStream('stock')).toMatchObject({ version: 2, status: 'active' })
  const { items } = await store.listStreams({ sortBy: 'name' })
  expect(items.map(({ name, version }) => [name, version])).toEqual([
    ['$all', 5],
    ['linked', 3],
    ['order', 3],
    ['stock', 2],
  ])
}

async function keepSnapshots(store: StreamOperations): Promise<void> {
  await store.recordSnapshot({ ...SNAPSHOT, sourceVersion: 1 })
  await store.recordSnapshot(SNAPSHOT)
  expect(await store.readSnapshot('order')).toMatchObject(SNAPSHOT)
  await store.deleteSnapshot('order')
  expect(await store.readSnapshot('order')).toBeUndefined()
}

/** Takes a subscription from the beginning of stream `order` to its end, and deletes it. */
export async function subscribe(store: EventStore): Promise<void> {
  const seen: number[] = []
  const name = `exercise ${crypto.randomUUID()}`
  const subscription = store.subscribe('order', name)
  const run = subscription.run(({ eventNumber }) => void seen.push(eventNumber))
  run.catch(() => {}) // what it fails with, reached fails with as well
  try {
    await subscription.reached(3)
    await subscription.close()
    await run
  } finally {
    await subscription.close()
  }
  expect(seen.slice(0, 3)).toEqual([1, 2, 3])
  const names = async () => (await store.listSubscriptions()).map((found) => found.name)
  expect(await names()).toContain(name)
  await store.deleteSubscription('order', name)
  expect(await names()).not.toContain(name)
}
