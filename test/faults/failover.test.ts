import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CheckpointAheadError, EventStore, TimeoutError } from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { startProxy } from '../../torture/proxy.ts'
import { eventually } from '../support/eventually.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { createReplicaFolder, makeSynchronous, type ReplicaFolder, urlOfBoth } from '../support/replica.ts'
import type { ReplicaServer } from '../support/replica-server.ts'
import { claimsOf, lineOf, ReplicaWriters } from '../support/replica-writers.ts'
import { runSql } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

/** Processes are killed here, machines are not: what the operating system was given is kept. */
const SETTINGS = { fsync: 'off' }
const QUIET = { onDiagnostic: () => {} }

let folder: ReplicaFolder
/** A server that is stopped, with a store without events. */
let template: ReplicaServer
let pairs = 0

beforeAll(async () => {
  folder = await createReplicaFolder({ tools: 'embedded', settings: SETTINGS })
  template = await folder.create('template')
  await template.initialize()
  await template.start()
  await migrate({ connectionString: template.url })
  await template.stop()
})

afterAll(() => folder[Symbol.asyncDispose]())

/** A primary and its standby: copies of a server that is stopped. */
async function startPair({ synchronous }: { readonly synchronous: boolean }) {
  pairs++
  const [primary, standby] = [await folder.create(`${pairs}-one`), await folder.create(`${pairs}-two`)]
  await Promise.all([primary.copyStopped(template), standby.copyStopped(template)])
  await standby.standBy(primary)
  await Promise.all([primary.start(), standby.start()])
  if (synchronous) await makeSynchronous(primary)
  const close = async () => {
    await Promise.all([primary.stop('immediate'), standby.stop('immediate')])
  }
  return { primary, standby, url: urlOfBoth(primary, standby, 'postgres'), [Symbol.asyncDispose]: close }
}

/** Resolves when the standby has on disk what the primary has. */
async function caughtUp(primary: ReplicaServer): Promise<void> {
  await eventually(async () => {
    const rows = await runSql(primary.url, 'SELECT FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()')
    expect(rows.length).toBe(1)
  })
}

describe('a failover to a synchronous standby', () => {
  test('loses nothing that was acknowledged, stores nothing twice, and whoever reads goes on', async () => {
    await using pair = await startPair({ synchronous: true })
    const { primary, standby, url } = pair
    await using store = new EventStore({ connectionString: url, ...QUIET })
    const subscription = store.subscribe('$all', 's')
    const handled: number[] = []
    const running = subscription.run(({ eventNumber }) => void handled.push(eventNumber))
    await using followed = receive(store.follow('$all', { after: 'start' }))
    const writers = new ReplicaWriters(store, 6)
    await eventually(() => expect(handled.length).toBeGreaterThan(200), { within: 15_000 })

    await primary.kill()
    await eventually(() => expect(writers.repeated).toBeGreaterThan(0))
    await standby.promote()
    const before = writers.appended.length
    await eventually(() => expect(writers.appended.length).toBeGreaterThan(before + 100), { within: 15_000 })
    await writers.end()

    const stored = await store.read('$all').toArray()
    expect(stored.map(lineOf)).toEqual(claimsOf(writers.appended))
    expect(stored.map(({ position }) => position)).toEqual(range(1, stored.length))
    const head = stored.length
    await subscription.reached(head)
    await followed.until(head)
    expect(numbersOf(followed.items)).toEqual(range(1, head))
    // At least once: what was not in the checkpoint yet comes again, and then everything after it, in order.
    expect(firstTimes(handled)).toEqual(range(1, head))
    await subscription.close()
    await running
  }, 60_000)

  test('acknowledges no append that the standby does not have, however often it is repeated', async () => {
    await using pair = await startPair({ synchronous: true })
    const { primary, standby, url } = pair
    await using store = new EventStore({ connectionString: url, ...QUIET })
    await store.append('s', newEvent(1), { expectedVersion: 'no-stream' })
    const event = { ...newEvent(2), id: crypto.randomUUID() }
    const append = (timeout: number) => store.append('s', event, { expectedVersion: 1, timeout })

    await standby.stop('immediate')
    for (let attempt = 0; attempt < 2; attempt++) expect(await rejection(append(700))).toBeInstanceOf(TimeoutError)
    await standby.start()
    expect(await append(15_000)).toEqual({ streamVersion: 2, position: 2 })
    await primary.kill()
    await standby.promote()
    expect((await store.read('s').toArray()).at(-1)?.id).toBe(event.id)
  }, 60_000)
})

describe('a failover to an asynchronous standby', () => {
  test('loses what the standby had not received; checkpoints go back with the events, and the positions are given again', async () => {
    await using pair = await startPair({ synchronous: false })
    const { primary, standby, url } = pair
    await using store = new EventStore({ connectionString: url, ...QUIET })
    const subscription = store.subscribe('$all', 's')
    const handled: unknown[] = []
    const running = subscription.run(({ data }) => void handled.push(data))
    await using followed = receive(store.follow('$all', { after: 'start' }))
    await store.append('s', newEvents(8), { expectedVersion: 'no-stream' })
    await subscription.reached(8)
    await caughtUp(primary)
    await standby.stop()
    await store.append('s', newEvents(2, 9), { expectedVersion: 8 })
    await subscription.reached(10)
    await followed.until(10)

    await primary.kill()
    await standby.start()
    await standby.promote()
    const before = handled.length
    expect(await eventually(() => store.append('s', newEvents(1, 99), { expectedVersion: 8 }))).toEqual({
      streamVersion: 9,
      position: 9,
    })
    await eventually(() => expect(handled.slice(before)).toEqual([{ n: 99 }]))
    expect(handled.slice(0, before)).toEqual(range(1, 10).map((n) => ({ n })))
    expect((await store.read('$all').toArray()).map(({ data }) => data)).toEqual(
      [...range(1, 8), 99].map((n) => ({ n })),
    )
    // A follower knows a number and nothing else: what is appended under numbers that it has seen, it is not given.
    await store.append('s', newEvents(2, 100), { expectedVersion: 9 })
    await followed.until(11)
    expect(followed.items.map(({ data }) => data)).toEqual([...range(1, 10), 101].map((n) => ({ n })))
    await subscription.close()
    await running
  }, 60_000)

  test('leaves the lost events on the old primary, and a checkpoint that is brought over from there is refused', async () => {
    await using pair = await startPair({ synchronous: false })
    const { primary, standby } = pair
    await using old = new EventStore({ connectionString: primary.url, ...QUIET })
    await old.append('s', newEvents(8), { expectedVersion: 'no-stream' })
    await handle(old, 8)
    await caughtUp(primary)
    await standby.stop()
    await old.append('s', newEvents(2, 9), { expectedVersion: 8 })
    await handle(old, 10)
    await primary.kill()
    await standby.start()
    await standby.promote()

    await using store = new EventStore({ connectionString: standby.url, ...QUIET })
    const { version: head } = await store.getStream('$all')
    await primary.start() // out of everybody's reach, to look at what it has
    const lost = await runSql(primary.url, 'SELECT data FROM eventstore.events WHERE position > $1 ORDER BY position', [
      head,
    ])
    expect(lost).toEqual([{ data: { n: 9 } }, { data: { n: 10 } }])
    const salvaged = await runSql(primary.url, 'SELECT checkpoint::text FROM eventstore.subscriptions')
    expect(salvaged).toEqual([{ checkpoint: '10' }])
    await primary.stop()
    await runSql(standby.url, 'UPDATE eventstore.subscriptions SET checkpoint = 10, updated_at = now()')
    const refused = await rejection(store.subscribe('$all', 's').run(() => {}))
    expect(refused).toBeInstanceOf(CheckpointAheadError)
    expect(refused).toMatchObject({ streamName: '$all', subscriptionName: 's', checkpoint: 10, head: 8 })
  }, 60_000)

  test('a process that has not noticed it carries no checkpoint over: no event of the new primary is skipped', async () => {
    await using pair = await startPair({ synchronous: false })
    const { primary, standby } = pair
    let current = primary
    await using proxy = await startProxy(() => current.url)
    await using store = new EventStore({ connectionString: proxy.url, ...QUIET })
    await store.append('s', newEvents(8), { expectedVersion: 'no-stream' })
    const subscription = store.subscribe('$all', 's')
    const handled: unknown[] = []
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const running = subscription.run(async ({ data, eventNumber }) => {
      handled.push(data)
      if (eventNumber === 10) await released
    })
    await subscription.reached(8)
    await caughtUp(primary)
    await standby.stop()
    await store.append('s', newEvents(2, 9), { expectedVersion: 8 })
    await eventually(() => expect(handled.length).toBe(10))

    proxy.blackhole({ only: 'eventstore locks' }) // the end of that session does not arrive
    await primary.kill()
    await standby.start()
    await standby.promote()
    current = standby
    release() // event 10 is acknowledged: its checkpoint is due, and the new primary has no event 10
    await eventually(() => store.append('s', newEvents(4, 101), { expectedVersion: 8 }))
    // Either it is found out that nothing can be written, or the checkpoint has come over.
    await eventually(() => expect(subscription.state !== 'live' || subscription.checkpoint > 10).toBe(true), {
      within: 15_000,
    })
    proxy.heal('cut')
    // What it has read meanwhile, after event 10, comes again.
    const all = range(101, 104).map((n) => ({ n }))
    await eventually(() => expect(handled.slice(-4)).toEqual(all), { within: 15_000 })
    await subscription.close()
    await running
  }, 60_000)
})

async function handle(store: EventStore, upTo: number): Promise<void> {
  await using subscription = store.subscribe('$all', 's')
  const running = subscription.run(() => {})
  await subscription.reached(upTo)
  await subscription.close()
  await running
}

/** Those numbers that are greater than all before them. */
function firstTimes(numbers: readonly number[]): number[] {
  let greatest = 0
  return numbers.filter((number) => {
    if (number <= greatest) return false
    greatest = number
    return true
  })
}
