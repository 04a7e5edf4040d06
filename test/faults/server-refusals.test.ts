import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Diagnostic, EventStore } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { type OwnServer, startOwnServer } from '../support/own-server.ts'
import { random } from '../support/random.ts'
import { numbersOf, receive } from '../support/received.ts'
import { countWaiting, runSql, withClient } from '../support/run-sql.ts'
import { rejection, settled } from '../support/settled.ts'

const SEED = Number(process.env.TORTURE_SEED ?? Date.now() % 100_000)
const pick = random(SEED)
/** How often something is cancelled while everything goes on. */
const CANCELS = Number(process.env.TORTURE_CANCELS ?? 50)

let server: OwnServer

beforeAll(async () => {
  server = await startOwnServer()
})

afterAll(() => server[Symbol.asyncDispose]())

/** A store that follows and subscribes, and what it has told. */
async function openStore(): Promise<Observed> {
  const diagnostics: Diagnostic[] = []
  const store = await freshStore(server.url, { onDiagnostic: (diagnostic) => diagnostics.push(diagnostic) })
  const followed = receive(store.follow('$all', { after: 'start' }))
  const subscription = store.subscribe('$all', 's')
  const subscriber = subscription.connect()
  const delivered = receive(subscriber, (event) => subscriber.ack(event))
  await subscription.acquired()
  return {
    store,
    diagnostics,
    async untilAll(count) {
      await followed.until(count, 20_000)
      await delivered.until(count, 20_000)
      await subscription.reached(count, { signal: AbortSignal.timeout(20_000) })
      expect(numbersOf(followed.items)).toEqual(range(1, count))
      const numbers = numbersOf(delivered.items)
      expect(numbers.filter((number, index) => number > Math.max(0, ...numbers.slice(0, index)))).toEqual(
        range(1, count),
      )
    },
    [Symbol.asyncDispose]: () => store.close(),
  }
}

interface Observed extends AsyncDisposable {
  readonly store: FreshStore
  readonly diagnostics: readonly Diagnostic[]
  /** Resolves when this many events were followed, delivered and acknowledged, in order. */
  untilAll(count: number): Promise<void>
}

describe('a session that is in the way', () => {
  /** Holds a lock, in a transaction of its own, while the task runs. */
  function holding<Result>(statement: string, task: () => Promise<Result>): Promise<Result> {
    return withClient(server.url, async (client) => {
      await client.query('BEGIN')
      await client.query(statement)
      return await task()
    })
  }

  /** Every session that begins while the task runs waits so long for a lock, and not longer. */
  async function withLockTimeout<Result>(milliseconds: number, task: () => Promise<Result>): Promise<Result> {
    await runSql(server.url, `ALTER DATABASE postgres SET lock_timeout = ${milliseconds}`)
    try {
      return await task()
    } finally {
      await runSql(server.url, 'ALTER DATABASE postgres RESET lock_timeout')
    }
  }

  test("and holds the store's lock: what waits longer than lock_timeout is refused, is not stored, and can be repeated", () =>
    withLockTimeout(100, async () => {
      await using observed = await openStore()
      const { store } = observed
      const appends = [[newEvent()], newEvents(400)].map((events) => events.map((event) => ({ ...event, id: id() })))
      const attempt = () => appends.map((events, n) => store.append(`s-${n}`, events, { expectedVersion: 0 }))
      await holding(`SELECT ${store.schema}.lock_store()`, async () => {
        const { errors } = await settled(attempt())
        expect(errors).toHaveLength(2)
        for (const error of errors) {
          expect(error).toMatchObject({ code: 'DATABASE', sqlState: '55P03' })
          expect(String(error)).toMatch(/nothing was stored: .*lock timeout/)
        }
        expect(await store.read('$all').toArray()).toEqual([])
      })
      expect((await settled(attempt())).errors).toEqual([])
      await observed.untilAll(401)
    }))

  test('and holds the table of the events: appends and reads are refused, subscriptions go on by themselves', () =>
    withLockTimeout(100, async () => {
      await using observed = await openStore()
      const { store, diagnostics } = observed
      await store.append('s', newEvents(3), { expectedVersion: 0 })
      await observed.untilAll(3)
      await holding(`LOCK TABLE ${store.schema}.events`, async () => {
        const { errors } = await settled<unknown>([
          store.append('s', newEvent(), { expectedVersion: 3 }),
          store.append('s', newEvents(400), { expectedVersion: 3 }),
          store.read('s').toArray(),
          store.read('$all').toArray(),
        ])
        expect(errors).toMatchObject(range(1, 4).map(() => ({ code: 'DATABASE', sqlState: '55P03' })))
      })
      await store.append('s', newEvents(2), { expectedVersion: 3 })
      await observed.untilAll(5)
      // Nobody had to be told of a read that was refused: nothing had grown.
      expect(diagnostics.filter(({ type }) => type === 'polling')).toEqual([])
    }))

  test('and holds the table of the events while deliveries are due: they come when it lets go', () =>
    withLockTimeout(100, async () => {
      await using observed = await openStore()
      const { store, diagnostics } = observed
      await store.append('s', newEvent(), { expectedVersion: 0 })
      await observed.untilAll(1)
      await withClient(server.url, async (client) => {
        await client.query('BEGIN')
        await store.withClient(client).append('s', newEvents(2), { expectedVersion: 1 })
        await client.query(`LOCK TABLE ${store.schema}.events`)
        await client.query(`NOTIFY "eventstore.${await tableId(client.query.bind(client), store.schema)}", ''`)
        await withClient(server.url, async (next) => {
          await next.query('SET lock_timeout = 0')
          await next.query('BEGIN')
          // It waits before the events can be seen: nobody reads them between the two.
          const locking = next.query(`LOCK TABLE ${store.schema}.events`)
          await eventually(async () => expect(await countWaiting(server.url)).toBe(1))
          await client.query('COMMIT')
          await locking
          await eventually(() => expect(diagnostics.some(({ type }) => type === 'read-failed')).toBe(true))
          await next.query('COMMIT')
        })
      })
      await observed.untilAll(3)
    }))

  test('without lock_timeout: who waits for it is answered when it lets go, or when his own time is up', async () => {
    await using observed = await openStore()
    const { store } = observed
    const patient = await holding(`LOCK TABLE ${store.schema}.events`, async () => {
      const waiting = store.append('s', newEvent(), { expectedVersion: 'any' })
      const impatient = store.append('s', newEvent(), { expectedVersion: 'any', timeout: 200 })
      const reading = store.read('$all', { timeout: 200 }).toArray()
      for (const error of await Promise.all([rejection(impatient), rejection(reading)])) {
        expect(error).toMatchObject({ code: 'TIMEOUT' })
      }
      return [waiting]
    })
    await Promise.all(patient)
    const { version } = await store.getStream('$all')
    await observed.untilAll(version)
  })
})

/** The number of a table, which is part of the name of the store's channel. */
async function tableId(query: (text: string) => Promise<{ rows: { oid: string }[] }>, schema: string): Promise<string> {
  const { rows } = await query(`SELECT '${schema}.events'::regclass::oid::text AS oid`)
  return rows[0]?.oid ?? ''
}

describe('an operator who cancels statements, or ends them with their sessions', () => {
  test.each(['pg_cancel_backend', 'pg_terminate_backend'])(
    '%s: an append that waits is answered truthfully',
    async (end) => {
      await using observed = await openStore()
      const { store } = observed
      const event = { ...newEvent(), id: id() }
      const batch = newEvents(400).map((each) => ({ ...each, id: id() }))
      for (const [index, events] of [[event], batch].entries()) {
        await withClient(server.url, async (client) => {
          await client.query('BEGIN')
          await client.query(`SELECT ${store.schema}.lock_store()`)
          const appending = settled([store.append(`s-${index}`, events, { expectedVersion: 0 })])
          const waiting = () => expect(countWaiting(server.url)).resolves.toBe(1)
          await eventually(waiting)
          await client.query(
            `SELECT ${end}(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event = 'advisory'`,
          )
          if (end === 'pg_cancel_backend') {
            const { errors } = await appending
            expect(errors).toMatchObject([{ code: 'DATABASE', sqlState: '57014' }])
            await client.query('COMMIT')
            await store.append(`s-${index}`, events, { expectedVersion: 0 })
          } else {
            await eventually(waiting) // again, on another connection, to find out
            await client.query('COMMIT')
            expect((await appending).errors).toEqual([])
          }
        })
      }
      await observed.untilAll(401)
    },
  )

  test('whatever is cancelled or ended whenever: answers are true, nothing is delivered out of order', async () => {
    console.log(`Cancels with seed ${SEED}`)
    await using observed = await openStore()
    const { store } = observed
    const stopping = new AbortController()
    const cancelled = { count: 0 }
    const writing = Promise.all(range(1, 6).map((n) => write(store, n, stopping.signal, cancelled)))
    writing.catch(() => stopping.abort())
    await withClient(server.url, async (client) => {
      // A cancel often comes when its statement is over: as many more until one has met an append.
      for (let done = 0; (done < CANCELS || cancelled.count === 0) && !stopping.signal.aborted; ) {
        const { rows } = await client.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity
           WHERE application_name LIKE 'eventstore%' AND pid <> pg_backend_pid() AND state NOT IN ('idle', 'starting')`,
        )
        const pid = rows[pick(rows.length)]?.pid
        if (pid === undefined) continue
        await client.query(`SELECT ${pick(5) === 0 ? 'pg_terminate_backend' : 'pg_cancel_backend'}($1)`, [pid])
        done++
        await sleep(pick(20)) // in which an append can find out what became of it
      }
    })
    stopping.abort()
    const total = (await writing).reduce((sum, stored) => sum + stored, 0)
    expect(await store.getStream('$all')).toMatchObject({ version: total })
    await observed.untilAll(total)
  })

  /** Appends to a stream; an append that the database refused is made again as another one, with other ids. */
  async function write(store: EventStore, n: number, signal: AbortSignal, cancelled: { count: number }) {
    let stored = 0
    while (!signal.aborted) {
      const events = newEvents(pick(4) === 0 ? 400 : 1).map((event) => ({ ...event, id: id() }))
      // Beside one with a wrong version, whose ids are looked up when the others are stored.
      const wrong = store.append(`s-${n}`, { ...newEvent(), id: id() }, { expectedVersion: 1_000_000 })
      const right = store.append(`s-${n}`, events, { expectedVersion: stored })
      const { values, errors } = await settled([right])
      await rejection(wrong)
      if (values.length > 0) {
        expect(values).toMatchObject([{ streamVersion: stored + events.length }])
        stored += events.length
      } else {
        expect(errors).toMatchObject([{ sqlState: '57014' }])
        cancelled.count++
      }
    }
    return stored
  }
})

describe('a server that is read-only for a while', () => {
  const ways = [
    [
      'by ALTER DATABASE, which existing sessions do not hear of',
      "ALTER DATABASE postgres SET default_transaction_read_only = 'on'",
      'ALTER DATABASE postgres RESET default_transaction_read_only',
    ],
    [
      'by ALTER SYSTEM, which all sessions hear of',
      "ALTER SYSTEM SET default_transaction_read_only = 'on'",
      'ALTER SYSTEM RESET default_transaction_read_only',
    ],
  ] as const

  test.each(ways)(
    '%s: appends are refused and say so, reads go on, and so does everything afterwards',
    async (_, on, off) => {
      await using observed = await openStore()
      const { store, diagnostics } = observed
      await store.append('s', newEvents(2), { expectedVersion: 0 })
      await observed.untilAll(2)
      await change(on)
      try {
        await runSql(
          server.url,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'eventstore%' AND pid <> pg_backend_pid()",
        )
        for (const events of [newEvents(1), newEvents(400)]) {
          await eventually(async () => {
            const error = await rejection(store.append('s', events, { expectedVersion: 2 }))
            expect(error).toMatchObject({ code: 'DATABASE', sqlState: '25006' })
            expect(String(error)).toMatch(/nothing was stored: .*read-only/)
          })
        }
        // As many connections as the pool has have been opened to a server that is read-only.
        const reads = await Promise.all(range(1, 20).map(() => store.read('s').toArray()))
        expect(reads.map(numbersOf)).toEqual(range(1, 20).map(() => [1, 2]))
        await eventually(() => expect(diagnostics.some(isReadOnly)).toBe(true), { within: 10_000 })
      } finally {
        await change(off)
      }
      await eventually(() => store.append('s', newEvents(3), { expectedVersion: 2 }), { within: 10_000 })
      await Promise.all(range(1, 20).map((n) => store.append(`t-${n}`, newEvent(), { expectedVersion: 'no-stream' })))
      await observed.untilAll(25)
    },
  )

  async function change(statement: string): Promise<void> {
    await withClient(server.url, async (client) => {
      await client.query('SET default_transaction_read_only = off')
      await client.query(statement)
      await client.query('SELECT pg_reload_conf()')
    })
  }

  function isReadOnly(diagnostic: Diagnostic): boolean {
    return 'error' in diagnostic && /read-only/.test(diagnostic.error.message)
  }
})

function id(): string {
  return crypto.randomUUID()
}
