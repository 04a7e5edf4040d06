import { describe, test } from 'vitest'
import { type Diagnostic, EventStore } from '../../src/index.ts'
import { startProxy } from '../../torture/proxy.ts'
import { checkpointInTable } from '../support/checkpoints.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { runSql } from '../support/run-sql.ts'

const database = useDatabase()
const LOCKS = 'eventstore locks'
const NOTIFICATIONS = 'eventstore notifications'

/** A store whose dedicated sessions go through a proxy, one beside it that is undisturbed, and what the first has told. */
async function openPair(count: number) {
  const { connectionString } = database
  const fresh = await freshStore(connectionString)
  const { schema } = fresh
  if (count > 0) await fresh.append('s', newEvents(count), { expectedVersion: 'no-stream' })
  await fresh.close()
  const proxy = await startProxy(() => connectionString)
  const diagnostics: Diagnostic[] = []
  const onDiagnostic = (diagnostic: Diagnostic) => diagnostics.push(diagnostic)
  const store = new EventStore({ connectionString, sessionConnectionString: proxy.url, schema, onDiagnostic })
  const other = new EventStore({ connectionString, schema, subscriptionRetryInterval: 100 })
  return {
    schema,
    proxy,
    store,
    other,
    /** How often a session of the first store was connected, or lost. */
    times: (type: 'connected' | 'connection-lost', connection: 'locks' | 'notifications') =>
      diagnostics.filter((each) => each.type === type && each.connection === connection).length,
    async [Symbol.asyncDispose]() {
      proxy.heal('cut')
      await Promise.all([store.close(), other.close()])
      await proxy[Symbol.asyncDispose]()
    },
  }
}

/** What the server does by itself when a session does not answer its keep-alive for some seconds. */
async function endLockSession(schema: string): Promise<void> {
  const ended = await runSql(
    database.connectionString,
    `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
       AND l.classid = '${schema}.migrations'::regclass
       AND l.objid = (SELECT subscription_id FROM ${schema}.subscriptions)::oid`,
  )
  if (ended.length !== 1) throw new Error(`Expected one session to hold the lock, found ${ended.length}`)
}

describe.concurrent('a half-open lock session', () => {
  test('that the server has ended: a standby takes over, and the former holder changes nothing', async ({ expect }) => {
    await using pair = await openPair(20)
    const { schema, proxy, store, other, times } = pair
    const holder = store.subscribe('$all', 's')
    const subscriber = holder.connect({ maxInFlight: 5 })
    const delivered = receive(subscriber)
    await delivered.until(5)
    const standby = other.subscribe('$all', 's')
    const successor = standby.connect({ maxInFlight: 2 })
    const received = receive(successor)
    await eventually(() => expect(standby.state).toBe('standby'))

    proxy.blackhole({ only: LOCKS })
    await endLockSession(schema)
    expect(numbersOf(await received.until(2))).toEqual([1, 2])
    subscriber.ack(5)
    successor.ack(1)
    await standby.reached(1)
    await eventually(() => expect(holder.state).toBe('standby'))
    expect(times('connection-lost', 'locks'), 'the refused checkpoint says so, long before the session does').toBe(0)
    const before = delivered.items.length
    subscriber.ack(delivered.items.at(-1)?.eventNumber ?? 0)
    await store.append('s', newEvents(3), { expectedVersion: 20 })
    await eventually(() => expect(times('connection-lost', 'locks')).toBe(1))
    expect(await checkpointInTable(database.connectionString, schema, 's')).toBe(1)

    proxy.heal('cut')
    await eventually(() => expect(times('connected', 'locks')).toBe(2))
    for (const number of range(2, 20)) {
      await received.until(number)
      successor.ack(number)
    }
    await standby.reached(20)
    await received.until(22)
    expect(numbersOf(received.items)).toEqual(range(1, 22))
    expect(holder.state).toBe('standby')
    expect(delivered.items).toHaveLength(before)

    await other.close()
    await delivered.until(before + 3)
    expect(numbersOf(delivered.items.slice(before))).toEqual([21, 22, 23])
  })

  test('is found by the holder itself, which stops, drops what is in flight, and begins again after it', async ({
    expect,
  }) => {
    await using pair = await openPair(3)
    const { schema, proxy, store, times } = pair
    const holder = store.subscribe('$all', 's')
    const subscriber = holder.connect({ maxInFlight: 3 })
    const events = subscriber[Symbol.asyncIterator]()
    const nextNumber = async () => (await events.next()).value?.eventNumber
    expect(await nextNumber()).toBe(1)

    proxy.blackhole({ only: LOCKS })
    await eventually(() => expect(holder.state).toBe('standby'), { within: 6_000 })
    subscriber.ack(1)
    const next = nextNumber()
    await store.append('s', newEvent(), { expectedVersion: 3 })
    await eventually(() => expect(times('connection-lost', 'locks')).toBe(1))
    expect(await checkpointInTable(database.connectionString, schema, 's')).toBe(0)

    proxy.heal('cut')
    expect(await next).toBe(1)
    subscriber.ack(1)
    for (const number of [2, 3, 4]) expect(await nextNumber()).toBe(number)
    subscriber.ack(4)
    await holder.reached(4)
  })
})

describe.concurrent('a half-open LISTEN session', () => {
  test('delays followers by about a second, and is replaced', async ({ expect }) => {
    await using pair = await openPair(0)
    const { proxy, store, other, times } = pair
    await using followed = receive(store.follow('s', { after: 'start' }))
    await eventually(() => expect(times('connected', 'notifications')).toBe(1))
    await other.append('s', newEvent(), { expectedVersion: 'any' })
    await followed.until(1)

    proxy.blackhole({ only: NOTIFICATIONS })
    const delays: number[] = []
    for (const version of [1, 2, 3]) {
      const began = performance.now()
      await other.append('s', newEvent(), { expectedVersion: version })
      await followed.until(version + 1)
      delays.push(performance.now() - began)
    }
    expect(Math.max(...delays)).toBeLessThan(2_000)
    await eventually(() => expect(times('connection-lost', 'notifications')).toBe(1), { within: 12_000 })
    proxy.heal('cut')
    await eventually(() => expect(times('connected', 'notifications')).toBe(2), { within: 12_000 })
    await other.append('s', newEvent(), { expectedVersion: 4 })
    await followed.until(5)
    expect(numbersOf(followed.items)).toEqual([1, 2, 3, 4, 5])
  })
})
