import { describe, expect, test } from 'vitest'
import { type AppendResult, DatabaseError, type EventStore, TimeoutError } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { DRIVERS, type UserTransaction, useDriver } from '../support/drivers.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { runSql, withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

const anyVersion = { expectedVersion: 'any' } as const
const noStream = { expectedVersion: 'no-stream' } as const

describe.each(DRIVERS)('in a transaction of $name', (choice) => {
  const user = useDriver(database, choice)

  test('another append waits until the commit, and gets the next position', async () => {
    await using store = await openStore()
    let waiting: Promise<AppendResult> | undefined
    await user.transaction(async ({ client, note }) => {
      const { append } = store.withClient(client)
      await append('own', newEvents(2), noStream)
      waiting = store.append('waiting', newEvent(), noStream)
      await eventually(async () => expect(await lockWaiters()).toBe(1))
      await note(store.schema)
      await append('own', newEvent(), { expectedVersion: 2 })
      expect(await lockWaiters()).toBe(1)
    })

    expect(await waiting).toEqual({ streamVersion: 1, position: 4 })
    const events = await store.read('$all').toArray()
    expect(events.map(({ streamName }) => streamName)).toEqual(['own', 'own', 'own', 'waiting'])
  })

  test('another append goes on after a rollback, as if nothing had been', async () => {
    await using store = await openStore()
    const changedMind = new Error('changed my mind')
    let waiting: Promise<AppendResult> | undefined
    const rolledBack = user.transaction(async ({ client }) => {
      await store.withClient(client).append('s', newEvents(2), noStream)
      waiting = store.append('s', newEvent(), noStream)
      await eventually(async () => expect(await lockWaiters()).toBe(1))
      throw changedMind
    })
    await expect(rolledBack).rejects.toBe(changedMind)

    expect(await waiting).toEqual({ streamVersion: 1, position: 1 })
  })

  test('who only reads holds nobody up, and waits for nobody', async () => {
    await using store = await openStore()
    await store.append('s', newEvents(2), noStream)
    await user.transaction(async ({ client }) => {
      expect(await store.withClient(client).read('s').toArray()).toHaveLength(2)
      await store.append('s', newEvent(), { expectedVersion: 2 })
      await withLockHeld(store, async () => {
        expect(await store.withClient(client).getStream('s')).toMatchObject({ version: 3 })
      })
    })
  })

  test('an append that waits too long for the lock times out, its statement ends, and a savepoint saves the rest', async () => {
    await using store = await openStore()
    await withLockHeld(store, () =>
      user.transaction(async (transaction) => {
        await transaction.run("SET LOCAL statement_timeout = '7s'")
        const started = performance.now()
        const error = await rejection(appendInSavepoint(store, transaction, 300))
        const elapsed = performance.now() - started

        expect(error).toBeInstanceOf(TimeoutError)
        expect(error).toMatchObject({ timeout: 300 })
        expect(elapsed).toBeGreaterThan(295)
        expect(elapsed).toBeLessThan(3_000)
        expect(await lockWaiters()).toBe(0)
        expect(await runningStatements('append_to_stream')).toBe(0)
        expect(onlyValue(await transaction.run('SHOW statement_timeout'))).toBe('7s')
        await transaction.note(store.schema)
      }),
    )

    expect(await user.notes(store.schema)).toBe(1)
    expect(await store.read('$all').toArray()).toEqual([])
  })

  test('without a savepoint a timeout costs the transaction, and leaves the connection as it was', async () => {
    await using store = await openStore()
    await withLockHeld(store, async () => {
      const aborted = user.transaction(async ({ client, note }) => {
        await note(store.schema)
        await store.withClient(client).append('s', newEvent(), { expectedVersion: 'any', timeout: 100 })
      })
      expect(await rejection(aborted)).toBeInstanceOf(TimeoutError)
    })

    expect(await user.notes(store.schema)).toBe(0)
    await user.transaction(async ({ client, run }) => {
      expect(onlyValue(await run('SHOW statement_timeout'))).toBe('0')
      await store.withClient(client).append('s', newEvent(), noStream)
    })
  })

  test("the user's own statement_timeout stays as it was", async () => {
    await using store = await openStore()
    await user.transaction(async ({ client, run }) => {
      const operations = store.withClient(client)
      for (const own of ['0', '1234ms', '7s', '2min', '3d']) {
        await run(`SET LOCAL statement_timeout = '${own}'`)
        await operations.append('s', newEvent(), anyVersion)
        await operations.append('s', newEvent(), { expectedVersion: 'any', timeout: 2 ** 40 })
        await operations.append('s', newEvent(), { expectedVersion: 'any', timeout: Number.POSITIVE_INFINITY })
        await operations.read('s', { batchSize: 2 }).toArray()
        expect(onlyValue(await run('SHOW statement_timeout'))).toBe(own)
      }
    })
  })

  test("the user's own statement_timeout holds if it is shorter, also when the store would wait for ever", async () => {
    await using store = await openStore()
    await withLockHeld(store, () =>
      user.transaction(async (transaction) => {
        await transaction.run("SET LOCAL statement_timeout = '100ms'")
        for (const timeout of [undefined, Number.POSITIVE_INFINITY]) {
          const error = await rejection(appendInSavepoint(store, transaction, timeout))
          expect(error).toBeInstanceOf(DatabaseError)
          expect(error).toMatchObject({ sqlState: '57014' })
        }
      }),
    )
  })
})

function openStore(): Promise<FreshStore> {
  return freshStore(database.connectionString)
}

function appendInSavepoint(store: EventStore, transaction: UserTransaction, timeout = 15_000): Promise<void> {
  return transaction.savepoint(async ({ client }) => {
    await store.withClient(client).append('s', newEvent(), { expectedVersion: 'any', timeout })
  })
}

/** Runs work while a transaction of somebody else holds the store's write lock. */
function withLockHeld({ schema }: FreshStore, work: () => Promise<void>): Promise<void> {
  return withClient(database.connectionString, async (holder) => {
    await holder.query(`BEGIN; SELECT ${schema}.lock_store()`)
    await work()
  })
}

/** How many wait for the write lock of a store. */
async function lockWaiters(): Promise<number> {
  const waiters = await runSql(
    database.connectionString,
    `SELECT FROM pg_locks
     WHERE locktype = 'advisory' AND NOT granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  )
  return waiters.length
}

async function runningStatements(text: string): Promise<number> {
  const running = await runSql(
    database.connectionString,
    `SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND state = 'active' AND strpos(query, $1) > 0 AND pid <> pg_backend_pid()`,
    [text],
  )
  return running.length
}

/** The only value of the only row, which is an object or an array, as the driver will have it. */
function onlyValue([row]: readonly unknown[]): unknown {
  return Object.values(row as object)[0]
}
