import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { errorOf, invoke } from '../support/invoke.ts'
import { newEvent } from '../support/new-events.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/limits.md'), 'utf8')
const ANY = { expectedVersion: 'any' } as const
const MOST = 64 * 1024 * 1024
const NAME = `${'€'.repeat(333)}a`
const SNAPSHOT = { sourceId: 's', sourceVersion: 1, sourceType: 'T', data: 1 }

const database = useDatabase()
let store: EventStore
beforeAll(async () => {
  store = await freshStore(database.connectionString)
  await store.append('s', newEvent(), ANY)
})
afterAll(() => store.close())

test('names of 1,000 bytes are names, everywhere', async () => {
  expect(Buffer.byteLength(NAME)).toBe(1_000)
  await store.append(NAME, { type: NAME, data: 1 }, ANY)
  await store.recordSnapshot({ ...SNAPSHOT, sourceId: NAME, sourceType: NAME })
  const subscription = store.subscribe(NAME, NAME)
  const running = subscription.run(() => {})
  await subscription.reached(1)
  await subscription.close()
  await running
  expect(await store.listSubscriptions()).toMatchObject([{ stream: NAME, name: NAME, checkpoint: 1 }])
  await store.deleteSubscription(NAME, NAME)
})

describe.each([
  ['longer by a byte', `${NAME}b`],
  ['empty', ''],
  ['with a control character', 'a\u0085'],
])('names that are %s', (_, name) => {
  test.each<[string, ...unknown[]]>([
    ['append', name, newEvent(), ANY],
    ['read', name],
    ['follow', name],
    ['subscribe', name, 'n'],
    ['subscribe', 's', name],
    ['deleteSubscription', 's', name],
    ['readSnapshot', name],
    ['recordSnapshot', { ...SNAPSHOT, sourceType: name }],
  ])('are refused by %s', async (method, ...args) => {
    expect(await errorOf(() => invoke(store, method, ...args))).toBeInstanceOf(RangeError)
  })

  test('are no event types and no schemas', async () => {
    expect(await errorOf(() => store.append('s', { type: name, data: 1 }, ANY))).toMatchObject({
      code: 'INVALID_EVENT',
    })
    expect(() => new EventStore({ schema: name })).toThrow(RangeError)
    expect(() => new EventStore({ schema: 'a'.repeat(64) })).toThrow(RangeError)
    new EventStore({ schema: 'a'.repeat(63) })
  })
})

test('data and metadata of 64 MB are stored, of a byte more refused', async () => {
  await using bytes = await storeOfBytes(MOST)
  await bytes.append('large', { type: 'T', data: 0 }, ANY)
  await using more = await storeOfBytes(MOST + 1)
  for (const task of [() => more.append('large', { type: 'T', data: 0 }, ANY), () => more.recordSnapshot(SNAPSHOT)]) {
    const error = await errorOf(task)
    expect(error).toMatchObject({ code: 'INVALID_EVENT' })
    expect(error.message).toContain(`found ${MOST + 1} bytes`)
  }
})

test('an append of more than 1 GB is refused, and the store works on', async () => {
  await using bytes = await storeOfBytes(MOST)
  const events = Array(17).fill({ type: 'T', data: 0 })
  expect(await errorOf(() => bytes.append('huge', events, ANY))).toBeInstanceOf(RangeError)
  expect(await errorOf(() => bytes.getStream('huge'))).toMatchObject({ code: 'STREAM_NOT_FOUND' })
  expect((await bytes.listStreams()).totalItems).toBe(1)
})

test.each<[string, ...unknown[]]>([
  ['read', 's', { batchSize: 0 }],
  ['read', 's', { limit: -1 }],
  ['read', 's', { from: 2 ** 53 }],
  ['subscribe', 's', 'n', { maxQueued: 0 }],
  ['subscribe', 's', 'n', { checkpointEvery: 0 }],
  ['subscribe', 's', 'n', { after: 2 ** 53 }],
  ['listStreams', { pageSize: 0 }],
  ['listStreams', { page: 0 }],
  ['append', 's', newEvent(), { expectedVersion: 2 ** 53 }],
  ['append', 's', newEvent(), { ...ANY, timeout: 0 }],
  ['append', 's', newEvent(), { ...ANY, createdAt: new Date('+010000-01-01T00:00:00Z') }],
])('%s refuses what is out of range: %j %j', async (method, ...args) => {
  expect(await errorOf(() => invoke(store, method, ...args))).toBeInstanceOf(RangeError)
})

test.each([{ subscriptionRetryInterval: 2 ** 31 }, { poolSize: 0 }])('a store refuses %j', (options) => {
  expect(() => new EventStore(options)).toThrow(RangeError)
})

test('sizes may be as large as numbers are', async () => {
  const most = Number.MAX_SAFE_INTEGER
  expect(await store.read('s', { batchSize: most, limit: most }).toArray()).toHaveLength(1)
  const subscription = store.subscribe('s', 'large', { maxQueued: most, checkpointEvery: most, checkpointAfter: 1 })
  const running = subscription.run(() => {}, { maxInFlight: most })
  await subscription.reached(1)
  await subscription.close()
  await running
})

test('more streams than a notification can name wake their followers all the same', async () => {
  const names = Array.from({ length: 30 }, (_, n) => `${'x'.repeat(900)}-${n}`)
  await using other = new EventStore({ connectionString: database.connectionString, schema: 'store_1' })
  const appendToAll = () => store.appendAll(names.map((stream) => ({ stream, ...ANY, events: [newEvent()] })))
  await appendToAll()
  const iterators = names.map((name) => other.follow(name, { after: 'start' })[Symbol.asyncIterator]())
  const received = () => Promise.all(iterators.map(async (iterator) => (await iterator.next()).value?.eventNumber))
  expect(new Set(await received())).toEqual(new Set([1]))
  const later = received()
  await appendToAll()
  expect(new Set(await later)).toEqual(new Set([2]))
  await Promise.all(iterators.map((iterator) => iterator.return?.()))
})

test('the page names every limit of this file', () => {
  for (const text of ['1,000 bytes', '63 bytes', '67,108,864', '2^30', '2^53', '2^31', '7,999', 'maxInFlight'])
    expect(PAGE).toContain(text)
})

/** A store whose events are of so many bytes, whatever they say; they are not copied until they are encoded. */
function storeOfBytes(length: number): Promise<EventStore> {
  const content = new Uint8Array(length)
  const serialize = (value: unknown) => (value === 0 || value === 1 ? content : new Uint8Array(1))
  return freshStore(database.connectionString, { payload: 'bytea', serializer: { serialize, deserialize: () => 0 } })
}
