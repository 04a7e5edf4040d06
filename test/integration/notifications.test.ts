import type { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import type { EventStore } from '../../src/index.ts'
import { countingPool } from '../support/counting-pool.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { withClient } from '../support/run-sql.ts'
import { countSessions } from '../support/sessions.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

/** Hears what a store tells its listeners, without being one of them. */
async function hear(client: Client, { schema }: FreshStore): Promise<string[]> {
  const { rows } = await client.query<{ oid: string }>(`SELECT '${schema}.events'::regclass::oid::text AS oid`)
  const payloads: string[] = []
  client.on('notification', ({ payload }) => payloads.push(payload ?? ''))
  await client.query(`LISTEN "eventstore.${rows[0]?.oid}"`)
  return payloads
}

/** A follower, for somebody has to listen. Resolves when he does. */
async function listenTo(store: EventStore) {
  const follower = receive(store.follow('nothing'))
  await eventually(async () => expect(await countSessions(database.connectionString, 'notifications')).toBe(1))
  await store.append('beginning', newEvent(), { expectedVersion: 'any' })
  return follower
}

const streamsIn = (payloads: readonly string[]) =>
  payloads.flatMap((payload) => (JSON.parse(payload) as { streams: string[] | null }).streams ?? ['everything'])

describe('an append', () => {
  test('tells the names of the streams that grew, after it is committed', async () => {
    await using store = await freshStore(database.connectionString)
    await withClient(database.connectionString, async (client) => {
      const payloads = await hear(client, store)
      await using _ = await listenTo(store)
      await store.append('first', newEvents(3), { expectedVersion: 'any' })
      await store.appendAll([
        { stream: 'second', expectedVersion: 'any', events: newEvents(1) },
        { stream: 'third', expectedVersion: 'any', events: newEvents(1) },
        { stream: 'only checked', expectedVersion: 'any', events: [] },
      ])
      await eventually(() => expect(streamsIn(payloads)).toContain('third'))
      const [event] = await store.read('first').toArray()
      await store.link('linked', event ? [event] : [], { expectedVersion: 'any' })
      await eventually(() => expect(streamsIn(payloads)).toContain('linked'))
      const streams = streamsIn(payloads)
      for (const stream of ['first', '$all', 'second', 'third']) expect(streams).toContain(stream)
      expect(streams).not.toContain('only checked')
      expect(streamsIn(payloads.slice(-1))).toEqual(['linked'])
      const { rows } = await client.query(`SELECT count(*)::int AS count FROM ${store.schema}.events`)
      expect(rows).toEqual([{ count: 6 }])
    })
  })

  test('to more streams than a payload can name tells everything', async () => {
    await using store = await freshStore(database.connectionString)
    const names = range(1, 100).map((n) => `${'x'.repeat(100)}-${n}`)
    await withClient(database.connectionString, async (client) => {
      const payloads = await hear(client, store)
      await using _ = await listenTo(store)
      await using received = receive(store.follow(names[50] ?? '', { after: 'start' }))
      await using other = await openSibling(store)
      await other.appendAll(names.map((stream) => ({ stream, expectedVersion: 'any', events: newEvents(1) })))
      await received.until(1)
      await eventually(() => expect(streamsIn(payloads)).toContain('everything'))
    })
  })

  test('tells nobody when nobody listens', async () => {
    const store = await freshStore(database.connectionString)
    await withClient(database.connectionString, async (client) => {
      const payloads = await hear(client, store)
      await store.append('unheard', newEvents(3), { expectedVersion: 'any' })
      await store.close() // sends what is to be sent
      await using other = await openSibling(store)
      await using _ = await listenTo(other)
      await other.append('heard', newEvents(3), { expectedVersion: 'any' })
      await eventually(() => expect(streamsIn(payloads)).toContain('heard'))
      expect(streamsIn(payloads)).not.toContain('unheard')
    })
  })

  test('does not tell those who listen to another schema', async () => {
    await using store = await freshStore(database.connectionString)
    await using elsewhere = await freshStore(database.connectionString)
    await withClient(database.connectionString, async (client) => {
      const payloads = await hear(client, store)
      await using _ = await listenTo(store)
      await using received = receive(elsewhere.follow('$all'))
      await elsewhere.append('elsewhere', newEvents(3), { expectedVersion: 'any' })
      await received.until(3)
      await store.append('here', newEvents(1), { expectedVersion: 'any' })
      await eventually(() => expect(streamsIn(payloads)).toContain('here'))
      expect(streamsIn(payloads)).not.toContain('elsewhere')
      expect(numbersOf(received.items)).toEqual([1, 2, 3])
    })
  })

  test('is told together with those at the same time, at most about 200 times a second', async () => {
    await using store = await freshStore(database.connectionString)
    await withClient(database.connectionString, async (client) => {
      const payloads = await hear(client, store)
      await using _ = await listenTo(store)
      payloads.length = 0
      const started = performance.now()
      for (const n of range(1, 40)) {
        await Promise.all(range(1, 5).map((m) => store.append(`s-${m}`, newEvent(n), { expectedVersion: 'any' })))
      }
      await store.append('last', newEvent(), { expectedVersion: 'any' })
      await eventually(() => expect(streamsIn(payloads)).toContain('last'))
      const seconds = (performance.now() - started) / 1_000
      expect(payloads.length).toBeLessThanOrEqual(200 * seconds + 2)
    })
  })

  test('of a caller is told when he commits', async () => {
    await using store = await freshStore(database.connectionString)
    await withClient(database.connectionString, async (client) => {
      const payloads = await hear(client, store)
      await using _ = await listenTo(store)
      await withClient(database.connectionString, async (caller) => {
        await caller.query('BEGIN')
        await store.withClient(caller).append('callers', newEvent(), { expectedVersion: 'any' })
        await client.query('SELECT 1')
        expect(streamsIn(payloads)).not.toContain('callers')
        await caller.query('COMMIT')
      })
      await eventually(() => expect(streamsIn(payloads)).toContain('callers'))
    })
  })
})

describe.each(KINDS)('what a process appends to %s that dies before it tells', (kind) => {
  test('is noticed within about a second, by followers and subscriptions', async () => {
    await using target = await openTarget(kind, database.connectionString)
    await using pool = countingPool(database.connectionString, { refuse: /pg_notify/ })
    const silent = target.sibling({ pool })
    await using received = receive(target.store.follow(target.stream, { after: 'start' }))
    await using subscription = target.store.subscribe(target.stream, 'sub')
    const running = subscription.run(() => {})
    await subscription.acquired()
    await target.append()
    await received.until(1)
    for (const round of [1, 2]) {
      await target.append(2, silent)
      await received.until(1 + 2 * round, 2_500)
      await subscription.reached(1 + 2 * round, { signal: AbortSignal.timeout(2_500) })
    }
    expect(pool.count(/pg_notify/)).toBeGreaterThan(0)
    expect(numbersOf(received.items)).toEqual([1, 2, 3, 4, 5])
    await subscription.close()
    await running
  })
})

async function openSibling({ schema }: FreshStore): Promise<FreshStore> {
  return await freshStore(database.connectionString, { schema })
}
