import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConnectionError, type Diagnostic, type EventStore, type RecordedEvent, TimeoutError } from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { eventually } from './eventually.ts'
import { type FreshStore, freshStore } from './fresh-store.ts'
import { newEvent, newEvents, range } from './new-events.ts'
import type { Pooler } from './pooler.ts'
import { numbersOf, receive } from './received.ts'
import { countSessions } from './sessions.ts'
import { rejection } from './settled.ts'

/** Starts a pooler in front of the server of this URL. */
export type StartPooler<Kind extends Pooler> = (target: string) => Promise<Kind>

/** Where a pooler's tests work, and which they work with: to be asked for in a test. */
interface Place<Kind extends Pooler> {
  readonly pooler: () => Kind
  /** The server's own URL. */
  readonly direct: () => string
}

const SET = /Set sessionConnectionString/

/** A pooler for all tests of a `describe`. */
export function usePooler<Kind extends Pooler>(
  database: { readonly connectionString: string },
  start: StartPooler<Kind>,
): Place<Kind> {
  let pooler: Kind | undefined
  beforeAll(async () => {
    pooler = await start(database.connectionString)
  })
  afterAll(() => pooler?.[Symbol.asyncDispose]())
  return {
    direct: () => database.connectionString,
    pooler() {
      if (!pooler) throw new Error('The pooler is started in beforeAll: expected to be asked for it in a test')
      return pooler
    },
  }
}

/** What holds through any pooler, in any mode. */
export function storesAndReads(place: Place<Pooler>): void {
  test('it migrates, appends, reads, links, deletes, lists and remembers snapshots', async () => {
    await using store = await freshStore(place.pooler().url, { enableHardDeletes: true })
    for (const round of range(1, 3)) {
      const options = { expectedVersion: (round - 1) * 2_004 }
      const one = await store.append('s', newEvent(), options)
      await store.append('s', newEvents(3), { expectedVersion: one.streamVersion })
      const last = await store.append('s', newEvents(2_000), { expectedVersion: one.streamVersion + 3 })
      expect(last).toEqual({ streamVersion: round * 2_004, position: round * 2_004 })
    }
    const events = await store.read('s').toArray()
    expect(numbersOf(events)).toEqual(range(1, 6_012))
    await store.link('links', events.slice(0, 2), { expectedVersion: 'no-stream' })
    expect((await store.read('links').toArray()).map(({ id }) => id)).toEqual(events.slice(0, 2).map(({ id }) => id))
    await store.recordSnapshot({ sourceId: 's', sourceVersion: 6_012, sourceType: 'sum', data: 1 })
    expect(await store.readSnapshot('s')).toMatchObject({ sourceVersion: 6_012, data: 1 })
    await store.deleteStream('links', { expectedVersion: 2 })
    await store.deleteStream('s', { expectedVersion: 6_012, mode: 'hard' })
    expect((await store.listStreams()).items.map(({ name, status }) => [name, status])).toEqual([
      ['$all', 'active'],
      ['links', 'deleted'],
    ])
    expect(await store.read('$all').toArray()).toEqual([])
  })

  test('stores that append at once store each event once, and answer where', async () => {
    await using first = await freshStore(place.pooler().url)
    const stores = [first, ...(await siblings(place, first, 2))]
    const appends = range(1, 120).map(async (n) => {
      const count = n % 30 === 0 ? 1_500 : 1 + (n % 3)
      const store = stores[n % stores.length] as EventStore
      await sleep(n) // not all of them in one group
      const { position } = await store.append(`s-${n % 7}`, newEvents(count), { expectedVersion: 'any' })
      return range(position - count + 1, position)
    })
    const positions = (await Promise.all(appends)).flat().toSorted((a, b) => a - b)
    expect(positions).toEqual(range(1, positions.length))
    expect(numbersOf(await first.read('$all').toArray())).toEqual(positions)
    for (const store of stores.slice(1)) await store.close()
  })
}

/** What holds in transaction mode, when the store was told of no other way. */
export function pollsWithoutSessions(place: Place<Pooler>): void {
  test('followers get every event in order, and a diagnostic says what to set', async () => {
    const diagnostics: Diagnostic[] = []
    await using store = await freshStore(place.pooler().url, {
      onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    })
    const [other] = await siblings(place, store, 1)
    await using followed = receive(store.follow('$all', { after: 'start' }))
    for (const n of range(1, 10)) await (n % 2 ? other : store)?.append('s', newEvent(n), { expectedVersion: n - 1 })
    expect(numbersOf(await followed.until(10))).toEqual(range(1, 10))
    await eventually(() => {
      expect(diagnostics).toContainEqual({ type: 'polling', reason: expect.stringMatching(SET) })
    })
    await other?.append('s', newEvents(2, 11), { expectedVersion: 10 })
    expect(numbersOf(await followed.until(12))).toEqual(range(1, 12))
    await other?.close()
  })

  test('subscriptions are refused with an error that says what to set, and take nothing', async () => {
    await using store = await freshStore(place.pooler().url, { onDiagnostic: () => {} })
    await store.append('s', newEvents(3), { expectedVersion: 'no-stream' })
    const handled: number[] = []
    const running = store.subscribe('$all', 'run')
    const refusal = await rejection(running.run(({ position }) => void handled.push(position)))
    expect(refusal).toBeInstanceOf(ConnectionError)
    expect(String(refusal)).toMatch(SET)
    expect(running.state).toBe('closed')
    const connected = store.subscribe('s', 'connect')
    expect(String(await rejection(connected.connect()[Symbol.asyncIterator]().next()))).toMatch(SET)
    expect(String(await rejection(store.subscribe('s', 'acquired').run(() => {})))).toMatch(SET)
    expect(handled).toEqual([])
    const list = await store.listSubscriptions()
    expect(list.map(({ checkpoint, active }) => ({ checkpoint, active }))).toEqual(
      list.map(() => ({ checkpoint: 0, active: false })),
    )
  })

  test('subscriptions of many stores at once are refused, while others append', async () => {
    await using store = await freshStore(place.pooler().url)
    const stores = await siblings(place, store, 8)
    const until = new AbortController()
    const appending = appendUntil(store, until.signal)
    const refusals = await Promise.all(
      stores.map((each) => rejection(each.subscribe('$all', 'one for all').run(() => {}))),
    )
    until.abort()
    expect(refusals.map(String)).toEqual(refusals.map(() => expect.stringMatching(SET)))
    expect(await appending).toBeGreaterThan(0)
    await Promise.all(stores.map((each) => each.close()))
  })
}

/** What holds when sessions can be had: `sessions` says where, if it is not through the pooler. */
export function followsAndSubscribes(place: Place<Pooler>, sessions?: () => string): void {
  test('followers and subscriptions get every event in order, and one store holds a subscription', async () => {
    const diagnostics: Diagnostic[] = []
    const options = {
      onDiagnostic: (diagnostic: Diagnostic) => diagnostics.push(diagnostic),
      ...(sessions && { sessionConnectionString: sessions() }),
    }
    await using store = await freshStore(place.pooler().url, options)
    const stores = await siblings(place, store, 2, options)
    const [one, two] = stores as [EventStore, EventStore]
    await using followed = receive(one.follow('$all', { after: 'start' }))
    const handled: [string, number][] = []
    const holder = one.subscribe('$all', 'mailer')
    const standby = two.subscribe('$all', 'mailer')
    const running = holder.run(({ position }) => void handled.push(['one', position]))
    await holder.acquired()
    const standing = standby.run(({ position }) => void handled.push(['two', position]))
    for (const n of range(1, 20)) await store.append('s', newEvent(n), { expectedVersion: n - 1 })
    await holder.reached(20)
    await holder.close()
    await running
    await standby.acquired()
    await store.append('s', newEvents(5, 21), { expectedVersion: 20 })
    await standby.reached(25)
    expect(handled).toEqual([...range(1, 20).map((n) => ['one', n]), ...range(21, 25).map((n) => ['two', n])])
    expect(numbersOf(await followed.until(25))).toEqual(range(1, 25))
    expect(await countSessions(place.direct(), 'notifications')).toBe(2)
    await standby.close()
    await standing
    await Promise.all(stores.map((each) => each.close()))
    expect(diagnostics.filter(({ type }) => type === 'polling')).toEqual([])
  })
}

/** What may happen to a pooler while a store works. */
type Fault = (pooler: Pooler) => Promise<void>

const FAULTS: Readonly<Record<string, Fault>> = {
  'is paused and resumed': async (pooler) => {
    await pooler.pause()
    await sleep(300)
    await pooler.resume()
  },
  'loses its connections to the server': (pooler) => pooler.endServers(),
  'is restarted': (pooler) => pooler.restart(),
}

/** What holds while the pooler suffers; `sessions` says where sessions connect, if it is not through the pooler. */
export function survives(place: Place<Pooler>, sessions?: () => string, faults = FAULTS): void {
  test.each(Object.entries(faults))(
    'a pooler that %s costs no event, and every append is answered truthfully',
    async (_, fault) => {
      const options = {
        onDiagnostic: () => {},
        poolSize: 4,
        ...(sessions && { sessionConnectionString: sessions() }),
      }
      await using store = await freshStore(place.pooler().url, options)
      const [other] = (await siblings(place, store, 1, options)) as [EventStore]
      await using followed = receive(other.follow('$all', { after: 'start' }))
      const handled: number[] = []
      const subscription = other.subscribe('$all', 'handler')
      const running = subscription.run(({ position }) => void handled.push(position))
      const until = new AbortController()
      const writers = range(1, 6).map((n) => write(n % 2 ? store : other, `s-${n}`, until.signal))
      for (const _ of range(1, 3)) {
        const marks = writers.map(({ stored }) => stored.size)
        await fault(place.pooler())
        await eventually(
          () => {
            for (const [index, { stored }] of writers.entries())
              expect(stored.size).toBeGreaterThan((marks[index] ?? 0) + 3)
          },
          { within: 20_000 },
        )
      }
      until.abort()
      await Promise.all(writers.map(({ done }) => done))
      const events = await store.read('$all').toArray()
      expect(numbersOf(events)).toEqual(range(1, events.length))
      for (const writer of writers) checkAnswers(writer, events)
      expect(numbersOf(await followed.until(events.length, 20_000))).toEqual(range(1, events.length))
      await subscription.reached(events.length)
      expect([...new Set(handled)]).toEqual(range(1, events.length))
      await subscription.close()
      await running
      await other.close()
    },
  )
}

interface Writer {
  readonly stream: string
  /** The ids of appends that were resolved, and the stream's version that they resolved to. */
  readonly stored: Map<string, number>
  /** The ids of appends that may be stored or not, for all that was said. */
  readonly unknown: Set<string>
  readonly done: Promise<void>
}

/** Appends to a stream of its own until the signal aborts, whatever becomes of it. */
function write(store: EventStore, stream: string, signal: AbortSignal): Writer {
  const stored = new Map<string, number>()
  const unknown = new Set<string>()
  async function work(): Promise<void> {
    while (!signal.aborted) {
      const id = uuidv7()
      try {
        const { streamVersion } = await store.append(stream, { ...newEvent(), id }, { expectedVersion: 'any' })
        stored.set(id, streamVersion)
      } catch (error) {
        if (!(error instanceof ConnectionError || error instanceof TimeoutError)) throw error
        unknown.add(id)
      }
      await sleep(5)
    }
  }
  return { stream, stored, unknown, done: work() }
}

/** What was resolved is stored where it was said to be, once; what was not asked for is not. */
function checkAnswers({ stream, stored, unknown }: Writer, events: readonly RecordedEvent[]): void {
  const own = events.filter(({ streamName }) => streamName === stream)
  const versions = new Map(own.map(({ id, streamVersion }) => [id, streamVersion]))
  expect(versions.size).toBe(own.length)
  for (const [id, version] of stored) expect(versions.get(id)).toBe(version)
  expect(own.filter(({ id }) => !stored.has(id) && !unknown.has(id))).toEqual([])
}

/** Resolves to how many it has appended. */
async function appendUntil(store: EventStore, signal: AbortSignal): Promise<number> {
  let count = 0
  while (!signal.aborted) {
    await Promise.all(range(1, 4).map((n) => store.append(`s-${n}`, newEvents(2), { expectedVersion: 'any' })))
    count++
  }
  return count
}

/** Further stores on the same schema, as other processes would have them. */
async function siblings(
  place: Place<Pooler>,
  { schema }: FreshStore,
  count: number,
  options: object = {},
): Promise<EventStore[]> {
  const open = () => freshStore(place.pooler().url, { onDiagnostic: () => {}, ...options, schema })
  return Promise.all(range(1, count).map(open))
}
