import { expect } from 'vitest'
import { EventStore, type RecordedEvent, StreamDeletedError, StreamNotFoundError } from '../../src/index.ts'
import { listMigrations } from '../../src/migrations/index.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { rejection } from '../support/settled.ts'
import { type BusyStore, SNAPSHOT } from './busy-store.ts'

/** Fails unless this database holds a prefix of the original's history, and a store in it works on from there. */
export async function expectRestored(connectionString: string, { store: original, options }: BusyStore): Promise<void> {
  const { payload } = options
  const found = await listMigrations({ connectionString, payload })
  expect(found.filter(({ appliedAt }) => appliedAt === null)).toEqual([])
  await using store = new EventStore({ connectionString, ...options, onDiagnostic: () => {} })
  const events = await store.read('$all').toArray()
  await expectHistory(store, original, events)
  await expectCheckpoint(store, events)
  await expectAppends(store, events)
}

/** What is there is what the original had, up to some position; streams agree with it. */
async function expectHistory(store: EventStore, original: EventStore, events: readonly RecordedEvent[]): Promise<void> {
  const history = await original.read('$all').toArray()
  expect(events.length).toBeGreaterThan(100)
  expect(events).toEqual(history.slice(0, events.length))
  const { version: head } = await store.getStream('$all')
  expect(events.at(-1)?.position).toBe(head)
  expect(head - events.length).toBe(2) // the events that were hard deleted: no other gap
  const { items } = await store.listStreams({ pageSize: 1_000 })
  for (const { name, version, status } of items.filter((item) => item.name !== '$all' && item.name !== 'links')) {
    const own = events.filter(({ streamName }) => streamName === name)
    expect(own.map(({ streamVersion }) => streamVersion)).toEqual(own.map((_, index) => index + 1))
    expect(version).toBe(own.length)
    if (status === 'deleted') expect(await rejection(store.read(name).toArray())).toBeInstanceOf(StreamDeletedError)
    else expect((await store.read(name).toArray()).map(({ id }) => id)).toEqual(own.map(({ id }) => id))
  }
  expect(items.filter(({ status }) => status === 'deleted').map(({ name }) => name)).toEqual(['hidden'])
  expect(await store.read('links').toArray()).toEqual(await original.read('links').toArray())
  expect(await rejection(store.getStream('gone'))).toBeInstanceOf(StreamNotFoundError)
  expect(await store.readSnapshot(SNAPSHOT.sourceId)).toMatchObject(SNAPSHOT)
}

/** The subscription goes on behind its checkpoint, which is not past the head. */
async function expectCheckpoint(store: EventStore, events: readonly RecordedEvent[]): Promise<void> {
  const head = events.at(-1)?.position ?? 0
  const [info] = await store.listSubscriptions()
  const checkpoint = info?.checkpoint ?? Number.NaN
  expect(checkpoint).toBeGreaterThan(0)
  expect(checkpoint).toBeLessThanOrEqual(head)
  await store.append('kept', newEvent(), { expectedVersion: 3 })
  await using subscription = store.subscribe('$all', 'busy')
  const subscriber = subscription.connect()
  const received = receive(subscriber, (event) => subscriber.ack(event))
  const due = events.filter(({ position }) => position > checkpoint)
  await received.until(due.length + 1)
  expect(numbersOf(received.items)).toEqual([...numbersOf(due), head + 1])
}

/** Versions, positions and the numbers that the database hands out go on where they were. */
async function expectAppends(store: EventStore, events: readonly RecordedEvent[]): Promise<void> {
  const head = (events.at(-1)?.position ?? 0) + 1
  expect(await store.append('kept', newEvents(2), { expectedVersion: 4 })).toEqual({
    streamVersion: 6,
    position: head + 2,
  })
  expect(await store.append('gone', newEvent(), { expectedVersion: 'no-stream' })).toEqual({
    streamVersion: 1,
    position: head + 3,
  })
  expect(await store.link('links', [events.at(-1)?.id ?? ''], { expectedVersion: 3 })).toMatchObject({
    streamVersion: 4,
  })
  const repeated = events[0] as RecordedEvent
  const again = events.slice(0, 3).map(({ id, type, data }) => ({ id, type, data }))
  expect(await store.append('kept', again, { expectedVersion: 'no-stream' })).toMatchObject({ streamVersion: 3 })
  expect(repeated.streamName).toBe('kept')
  await using fresh = store.subscribe('gone', 'fresh')
  const running = fresh.run(() => {})
  await fresh.reached(1)
  await fresh.close()
  await running
  await store.deleteStream('gone', { expectedVersion: 1, mode: 'hard' })
  expect(await rejection(store.getStream('gone'))).toBeInstanceOf(StreamNotFoundError)
}
